import { ReadableStream, type ReadableStreamDefaultController } from 'node:stream/web';
import type { GateTicket } from '../concurrency/gate.js';
import { abortError, closedError, onAbort, throwIfAborted } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { replaceResult, retryExhausted } from '../io/exhaustion.js';
import { packPaths } from '../io/path-batch.js';
import { NativeFailure, type NativeRootSet, type NativeStream } from '../native/batch.js';
import { failureFrom } from '../native/failure.js';
import { checkOptions, checkSignal, optional } from '../policy/arguments.js';
import type { RootLease } from '../policy/root-lease.js';
import { type CallTrace, traceOf } from '../telemetry/call-trace.js';
import type { PathInput, StreamOptions } from '../types.js';
import type { OperationContext } from './context.js';
import { inReadScope, type ReadScope } from './read-scope.js';
import { asPlokeIoError } from './settled.js';
import { checkRange } from './slice-request.js';
import { addonFor, inLine } from './traced.js';

const operation = 'createReadStream';
/** The first piece is small, so that a reader of a small file waits for little; each is twice the one before. */
const firstPieceBytes = 64 * 1024;
const largestPieceBytes = 1024 * 1024;

/**
 * The bytes of a file, of any size, as its reader asks for them. The file is opened at the first read, and every piece is of
 * the version that was opened: a replaced file is read to its old end, and one that is changed in place ends the stream
 * with ERR_PLOKE_BUSY. Everything that fails later comes as a PlokeIoError through the stream.
 *
 * An open stream holds a descriptor until it is read to the end, cancelled, aborted or forgotten, its root is taken away
 * (ERR_PLOKE_OUTSIDE_ROOTS) or its workspace is closed. One that was never read holds nothing, not even its signal.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT, ERR_PLOKE_INVALID_PATH, ERR_PLOKE_OUTSIDE_ROOTS, ERR_PLOKE_CLOSED, ABORT_ERR, at once
 */
export function createReadStream(
  context: OperationContext,
  path: PathInput,
  options?: StreamOptions,
): ReadableStream<Uint8Array> {
  const given = checkOptions(operation, options, ['range', 'signal']);
  const signal = checkSignal(operation, given.signal);
  const { a: start, b: end } = optional(given.range, { a: 0, b: Infinity }, (value) =>
    checkRange(operation, 'options.range', value),
  );
  throwIfAborted(signal, operation);
  const lease = context.lease(operation);
  try {
    const resolved = lease.resolve(path, operation);
    const source = new FileSource(context, resolved.spelt, start, end, signal);
    // Nothing is read ahead: a stream that nobody reads holds nothing.
    return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 });
  } finally {
    lease.release();
  }
}

/** The open streams of each workspace; weakly, so that one that was forgotten can still be collected. */
const openSources = new WeakMap<OperationContext, Set<WeakRef<FileSource>>>();

/** Gives back what streams hold that were forgotten without being read to the end. */
const forgottenSources = new FinalizationRegistry<() => void>((giveBack) => giveBack());

/**
 * Part of a change of roots: ends every open stream whose root was taken away, with ERR_PLOKE_OUTSIDE_ROOTS. Call it when
 * the calls under the retired roots are over.
 */
export function retireStreams(context: OperationContext, retired: NativeRootSet, present: RootLease): void {
  for (const source of openSources.get(context) ?? []) source.deref()?.retire(retired, present);
}

/** Ends every open stream with ERR_PLOKE_CLOSED: part of closing a workspace, which would wait for forgotten readers else. */
export function closeStreams(context: OperationContext): void {
  for (const source of openSources.get(context) ?? []) source.deref()?.fail(closedError(operation));
}

class FileSource {
  readonly #reference = new WeakRef(this);
  readonly #context: OperationContext;
  readonly #path: string;
  readonly #start: number;
  readonly #signal: AbortSignal | undefined;
  #end: number;
  #position: number;
  #pieceBytes = firstPieceBytes;
  #stream: NativeStream | undefined;
  /** The roots that it was opened under, or the later ones that it was found to lie in as well. */
  #set: NativeRootSet | undefined;
  /** Of the roots that its bytes may come from. */
  #identities: readonly string[] = [];
  #permit: GateTicket | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #unsubscribe: () => void = () => {};
  /** Of the whole stream, from its first read on. */
  #trace: CallTrace | undefined;
  #ended = false;

  constructor(context: OperationContext, path: string, start: number, end: number, signal: AbortSignal | undefined) {
    this.#context = context;
    this.#path = path;
    this.#start = start;
    this.#position = start;
    this.#end = end;
    this.#signal = signal;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      const stream = this.#stream ?? (await this.#open());
      // Cancelled or aborted meanwhile: whoever did it has ended the stream.
      if (this.#ended || stream === undefined) return;
      const bytes = await this.#readPiece(stream);
      if (this.#ended) return;
      if (bytes.byteLength > 0) controller.enqueue(bytes);
      if (bytes.byteLength === 0 || this.#position >= this.#end) {
        this.#finish();
        controller.close();
      }
    } catch (thrown) {
      const error = asPlokeIoError(thrown, operation);
      if (error.severity === 'internal') this.#context.poison(error);
      this.fail(error);
    }
  }

  /** Ends the stream with an error, unless it has ended. */
  fail(error: PlokeIoError): void {
    if (this.#ended) return;
    this.#trace?.fail(error);
    this.#finish();
    this.#controller?.error(this.#context.redactor.error(error));
  }

  /** See `retireStreams`. */
  retire(retired: NativeRootSet, present: RootLease): void {
    if (this.#set !== retired) return;
    if (this.#identities.every((identity) => present.heldIdentities.has(identity))) {
      this.#set = present.set;
      return;
    }
    const message = 'The root of this stream was taken away by setRoots';
    this.fail(new PlokeIoError({ code: 'ERR_PLOKE_OUTSIDE_ROOTS', message, operation, path: this.#path }));
  }

  cancel(): void {
    this.#finish();
  }

  /** undefined: the stream was ended while the file was opened. */
  async #open(): Promise<NativeStream | undefined> {
    const context = this.#context;
    const signal = this.#signal;
    const trace = traceOf(context, operation);
    this.#trace = trace;
    trace?.about(this.#path);
    trace?.open();
    const permit = await inLine(trace, context.streams.acquire(1, signal, operation));
    if (this.#ended) {
      permit.release();
      return undefined;
    }
    this.#permit = permit;
    this.#unsubscribe = hold(this, this.#reference, context, permit, {
      abort: signal && abortion(signal, this.#path),
      trace,
    });
    if (this.#ended) return undefined;
    const open = (scope: ReadScope) => this.#openIn(scope);
    return inReadScope(context, operation, signal, open, { trace });
  }

  async #openIn({ context, signal, lease, addon, cancel, admit }: ReadScope): Promise<NativeStream | undefined> {
    const target = lease.resolve(this.#path, operation);
    this.#set = lease.set;
    // Where a link may lead from root to root, the path does not tell which of them the file lies in.
    const { rootIdentities } = lease;
    this.#identities =
      lease.symlinks === 'follow' ? rootIdentities : rootIdentities.slice(target.root, target.root + 1);
    await admit([target]);
    const open = async () => {
      const opened = await addon.openStream(packPaths(lease.set, [target], cancel));
      return {
        ...opened,
        status: Int32Array.of(opened.status),
        syscalls: Uint8Array.of(opened.syscall),
      };
    };
    const stale = context.staleFiles.of(lease, () => target);
    const { status, syscalls, stream, byteLength } = await retryExhausted(open, replaceResult, signal, stale);
    if (this.#ended) {
      if (stream !== undefined) addon.closeStream(stream);
      return undefined;
    }
    this.#stream = stream;
    throwIfAborted(signal, operation, target.path);
    if (stream === undefined) {
      throw failureFrom(context.addon, status[0] ?? 0, syscalls[0] ?? 0, { operation, path: target.path });
    }
    if (this.#start > byteLength) {
      const end = Number.isFinite(this.#end) ? this.#end : byteLength;
      const range = { start: this.#start, end, byteLength };
      throw failureFrom(context.addon, NativeFailure.range, 0, { operation, path: target.path, ...range });
    }
    this.#end = Math.min(this.#end, byteLength);
    context.metrics.count('read.streams');
    return stream;
  }

  /** Also where nothing is left to read: the addon looks whether the file is still the version that was opened. */
  async #readPiece(stream: NativeStream): Promise<Uint8Array> {
    const context = this.#context;
    const wanted = Math.min(this.#pieceBytes, this.#end - this.#position);
    this.#pieceBytes = Math.min(this.#pieceBytes * 2, largestPieceBytes);
    // Refuses a workspace that was closed meanwhile, and lets one that is being closed wait for this piece.
    const lease = context.lease(operation);
    const { bytes, status, syscall } = await addonFor(this.#trace, context.addon)
      .readStream(stream, this.#position, wanted)
      .finally(() => lease.release());
    const isCutOff = status === 0 && bytes.byteLength === 0 && wanted > 0;
    if (status === NativeFailure.changed || isCutOff) throw this.#changed();
    if (status !== 0) throw failureFrom(context.addon, status, syscall, { operation, path: this.#path });
    this.#position += bytes.byteLength;
    context.metrics.count('read.bytes', bytes.byteLength);
    this.#trace?.addBytes(bytes.byteLength);
    return bytes;
  }

  #changed(): PlokeIoError {
    return new PlokeIoError({
      code: 'ERR_PLOKE_BUSY',
      message: 'The file was changed in place while it was read',
      action: 'Discard what was read and start over; writers that replace the file whole do not disturb a stream.',
      operation,
      path: this.#path,
      details: { position: this.#position },
    });
  }

  /** Idempotent. */
  #finish(): void {
    this.#ended = true;
    this.#trace?.succeed();
    this.#unsubscribe();
    if (this.#stream !== undefined) this.#context.addon.closeStream(this.#stream);
    this.#stream = undefined;
    this.#permit?.release();
    this.#permit = undefined;
    forgottenSources.unregister(this.#reference);
    openSources.get(this.#context)?.delete(this.#reference);
  }
}

/** What an open stream is held with. */
interface Holding {
  readonly abort: Abortion | undefined;
  readonly trace: CallTrace | undefined;
}

interface Abortion {
  readonly signal: AbortSignal;
  readonly error: () => PlokeIoError;
}

function abortion(signal: AbortSignal, path: string): Abortion {
  return { signal, error: () => abortError(signal, operation, path) };
}

/**
 * Enters an open stream, and ends it when the signal aborts. Nothing of this may hold the stream itself: a signal may live
 * as long as the program, and a stream that was forgotten has to be collected to give back its permit.
 *
 * @returns unsubscribes from the signal
 */
function hold(
  source: FileSource,
  reference: WeakRef<FileSource>,
  context: OperationContext,
  permit: GateTicket,
  { abort, trace }: Holding,
): () => void {
  const sources = openSources.get(context) ?? new Set();
  openSources.set(context, sources.add(reference));
  const unsubscribe = abort ? onAbort(abort.signal, () => reference.deref()?.fail(abort.error())) : () => {};
  const giveBack = (): void => {
    permit.release();
    sources.delete(reference);
    unsubscribe();
    trace?.succeed();
  };
  forgottenSources.register(source, giveBack, reference);
  return unsubscribe;
}
