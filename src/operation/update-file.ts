import { isUtf8 } from 'node:buffer';
import { internalError, unlessAborted } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { Decision, Found, Replacement } from '../io/replacement.js';
import { NativeEntryType } from '../native/batch.js';
import { TargetMode } from '../native/change-batches.js';
import { checkFunction, checkInteger, checkString, optional } from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { ContentHash, FileText, PathInput, WriteOptions, WriteResult } from '../types.js';
import type { OperationContext } from './context.js';
import { checkMutationOptions, resolveFile } from './mutation-options.js';
import { checkedFirst, inMutationScope, inTurn, type MutationScope } from './mutation-scope.js';
import { replaceFiles } from './replace-files.js';
import { CallerFailure } from './run.js';
import { writeResult } from './write-result.js';

const defaultAttempts = 10;

export type Update = (current: FileText | undefined) => string | undefined | Promise<string | undefined>;

/** Calls of this thread that are under way, by path: each of them may win once over the ones that run beside it. */
const running = new Map<string, number>();

/**
 * Reads a file, lets `update` make a new content of it (undefined: nothing is written), and writes that if the file is
 * still what was read; if not, it starts over, `maxAttempts` times (default 10). A missing file is `undefined` to `update`,
 * and is then created, never replaced. What `update` throws reaches the caller as it is.
 *
 * An `update` that answers at once runs within this call's turn, so calls of this thread on one file never collide. One
 * that answers with a promise does not hold the turn while it runs, since it may want to read or write the file itself: it
 * is called again when another writer was faster. Losing to the `updateFile` calls on this path that were already running
 * is not counted.
 *
 * While such a promise is pending the call holds nothing: closing the workspace and `setRoots` do not wait for it, and the
 * answer is then written under the roots of that time, or refused. An abort ends the call whatever the promise does.
 *
 * @throws ERR_PLOKE_CONTENT_MISMATCH after the last attempt; ERR_PLOKE_CLOSED, ABORT_ERR; ERR_PLOKE_NOT_UTF8, ERR_PLOKE_FILE_TOO_LARGE; ENOENT for a
 * missing directory; ERR_PLOKE_NOT_DURABLE with `committed: true`; and what `writeFile` throws
 */
export async function updateFile(
  context: OperationContext,
  path: PathInput,
  update: Update,
  options?: WriteOptions & { readonly maxAttempts?: number | undefined },
): Promise<WriteResult | undefined> {
  const operation = 'updateFile';
  const { call, maxAttempts } = checkedFirst(() => {
    const { call, options: given } = checkMutationOptions(operation, options, ['maxAttempts'], context.options);
    const maxAttempts = optional(given.maxAttempts, defaultAttempts, (value) =>
      checkInteger(operation, 'maxAttempts', value, { min: 1 }),
    );
    checkFunction(operation, 'update', update);
    return { call, maxAttempts };
  });
  return inMutationScope(context, call, async (scope) => {
    const file = resolveFile(scope.lease, path, operation);
    scope.trace?.about(file.path);
    const beside = running.get(file.path) ?? 0;
    running.set(file.path, beside + 1);
    const fileUpdate = new FileUpdate(scope, file, update, maxAttempts + beside);
    try {
      return await fileUpdate.run();
    } finally {
      fileUpdate.release();
      const left = (running.get(file.path) ?? 1) - 1;
      if (left > 0) running.set(file.path, left);
      else running.delete(file.path);
    }
  });
}

/** An answer of `update` that is yet to come. */
interface Draft {
  /** Of the version that `update` was given; null: the file was missing. */
  readonly base: ContentHash | null;
  readonly answer: Promise<unknown>;
}

/** What one turn came to. `stale`: the file is not what the draft was made from. */
type Step =
  | { readonly status: 'done'; readonly result: WriteResult | undefined }
  | { readonly status: 'drafted'; readonly draft: Draft }
  | { readonly status: 'stale' };

class FileUpdate {
  /** With the roots of the turn that is running. */
  #scope: MutationScope;
  #path: ResolvedPath;
  readonly #update: Update;
  readonly #maxAttempts: number;
  #attempts = 0;
  #lastBase: ContentHash | null = null;

  constructor(scope: MutationScope, path: ResolvedPath, update: Update, maxAttempts: number) {
    this.#scope = scope;
    this.#path = path;
    this.#update = update;
    this.#maxAttempts = maxAttempts;
  }

  async run(): Promise<WriteResult | undefined> {
    for (;;) {
      const asked = await this.#takeTurn((found) => this.#ask(found));
      if (asked.status === 'done') return asked.result;
      if (asked.status !== 'drafted') continue;
      const { base, answer } = asked.draft;
      const content = await this.#whileNothingIsHeld(answer);
      if (content === undefined) return undefined;
      const data = this.#checkAnswer(content);
      this.#leaseAgain();
      const written = await this.#takeTurn((found) => {
        return found.hash === base ? { action: 'commit', data, mode: -1, verify: base } : { status: 'stale' };
      });
      if (written.status === 'done') return written.result;
    }
  }

  /** Gives back the roots: code of the caller's may never end. */
  async #whileNothingIsHeld(answer: Promise<unknown>): Promise<unknown> {
    const { call, lease } = this.#scope;
    lease.release();
    return unlessAborted(
      answer.catch((reason: unknown) => {
        throw new CallerFailure(reason);
      }),
      call.signal,
      call.operation,
      this.#path.path,
    );
  }

  /** @throws ERR_PLOKE_CLOSED; what resolving the path throws under other roots */
  #leaseAgain(): void {
    const { context, call } = this.#scope;
    const lease = context.lease(call.operation);
    this.#scope = { ...this.#scope, lease };
    this.#path = resolveFile(lease, this.#path.path, call.operation);
  }

  /** Idempotent. */
  release(): void {
    this.#scope.lease.release();
  }

  /** One turn: looks at the file and writes, or leaves it for the reason that `judge` gives. */
  #takeTurn(judge: (found: Found) => Extract<Decision, { readonly action: 'commit' }> | Step): Promise<Step> {
    const scope = this.#scope;
    return inTurn(scope, async (turn) => {
      const [identity] = await turn.admit([this.#path], { followLast: true, awaitsParents: true });
      if (!identity) throw internalError(scope.call.operation, 'a path was not identified');
      let left: Step | undefined;
      const replacement: Replacement = {
        path: this.#path,
        identity,
        mode: TargetMode.replaceOrCreate,
        parents: false,
        decide: (found) => {
          const judged = judge(found);
          if ('action' in judged) return judged;
          left = judged;
          return { action: 'leave' };
        },
      };
      // `update` is what ends the attempts of this call.
      const options = { read: 'contents', maxAttempts: Number.POSITIVE_INFINITY } as const;
      const [outcome] = await replaceFiles(scope, [replacement], options);
      if (outcome?.status === 'left' && left) return left;
      return { status: 'done', result: writeResult(scope, { path: this.#path, id: undefined }, outcome) };
    });
  }

  /** Calls `update` with what is there. */
  #ask(found: Found): Extract<Decision, { readonly action: 'commit' }> | Step {
    const base = found.hash;
    if (this.#attempts === this.#maxAttempts) throw this.#lostTooOften(base);
    this.#attempts++;
    this.#lastBase = base;
    const answer = this.#call(this.#currentFile(found));
    if (answer === undefined) return { status: 'done', result: undefined };
    if (!(answer instanceof Promise))
      return { action: 'commit', data: this.#checkAnswer(answer), mode: -1, verify: base };
    // Awaited when this turn is over. Until then a rejection must not count as one that nobody handles.
    answer.catch(() => undefined);
    return { status: 'drafted', draft: { base, answer } };
  }

  #call(current: FileText | undefined): unknown {
    try {
      const answer: unknown = this.#update(current);
      return isThenable(answer) ? Promise.resolve(answer) : answer;
    } catch (reason) {
      throw new CallerFailure(reason);
    }
  }

  #currentFile({ type, contents, hash, byteLength, stamp }: Found): FileText | undefined {
    if (type === NativeEntryType.missing) return undefined;
    if (!contents || hash === null)
      throw internalError(this.#scope.call.operation, 'a file was opened without its content');
    if (!isUtf8(contents)) {
      throw new PlokeIoError({
        code: 'ERR_PLOKE_NOT_UTF8',
        message: 'The content is not valid UTF-8',
        action: 'Read it with encoding: "buffer" and replace it with writeFile() and its expectedHash.',
        operation: this.#scope.call.operation,
        path: this.#path.path,
      });
    }
    return {
      path: this.#path.path,
      hash,
      byteLength,
      start: 0,
      end: byteLength,
      truncated: false,
      stamp,
      warnings: [],
      text: Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength).toString('utf8'),
    };
  }

  #checkAnswer(answer: unknown): Uint8Array {
    return Buffer.from(checkString(this.#scope.call.operation, 'The answer of update', answer), 'utf8');
  }

  #lostTooOften(actualHash: ContentHash | null): PlokeIoError {
    return new PlokeIoError({
      code: 'ERR_PLOKE_CONTENT_MISMATCH',
      message: `Another writer was faster ${this.#attempts} times`,
      action: 'Raise maxAttempts, or make update answer without waiting.',
      operation: this.#scope.call.operation,
      path: this.#path.path,
      expectedHash: this.#lastBase ?? undefined,
      actualHash,
    });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
