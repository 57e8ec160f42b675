import type { FileEvent, FileEvents, FileListing, FileLock, ScanResult, Warning, Workspace } from '../../src/types.js';
import { search } from './observed.js';

type Callable = (...args: unknown[]) => unknown;

/** Of the test that is running. */
const opened: Workspace[] = [];

/** A workspace whose every answer is searched on its way to the test. */
export function observedWorkspace(workspace: Workspace): Workspace {
  opened.push(workspace);
  return new Proxy(workspace, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => observedCall(String(key), () => (member as Callable).apply(target, args));
    },
  });
}

/** What workspaces tell by themselves, after each test. */
export function searchWarnings(): void {
  for (const workspace of opened.splice(0)) {
    search('workspace.warnings', workspace.warnings);
    search('workspace.limits.notes', workspace.limits.notes);
  }
}

function observedCall(method: string, call: () => unknown): unknown {
  const failed = (error: unknown): never => {
    search(method, error);
    throw error;
  };
  let answer: unknown;
  try {
    answer = call();
  } catch (error) {
    return failed(error);
  }
  return answer instanceof Promise
    ? answer.then((result) => observedResult(method, result), failed)
    : observedResult(method, answer);
}

function observedResult(method: string, result: unknown): unknown {
  switch (method) {
    case 'lock':
      return observedLock(result as FileLock);
    case 'createReadStream':
      return observedStream(result as ReadableStream<Uint8Array>);
    case 'listFiles':
      return observedListing(result as FileListing<unknown>);
    case 'events':
      return observedEvents(result as FileEvents);
    case 'scanChanges':
      search(method, (result as ScanResult).failures);
      return result;
    default:
      for (const item of Array.isArray(result) ? result : [result]) searchItem(method, item);
      return result;
  }
}

interface Told {
  readonly reason?: unknown;
  readonly value?: Told;
  readonly warnings?: readonly Warning[];
}

function searchItem(method: string, item: Told | undefined): void {
  if (item?.reason !== undefined) search(method, item.reason);
  const warnings = item?.warnings ?? item?.value?.warnings;
  if (warnings !== undefined && warnings.length > 0) search(`${method} warnings`, warnings);
}

/** It has to stay the object that it is: calls take no other as their lock. */
function observedLock(lock: FileLock): FileLock {
  const getter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(lock), 'signal')?.get;
  const get = (): AbortSignal => {
    const signal = getter?.call(lock) as AbortSignal;
    if (signal.aborted) search('lock.signal', signal.reason);
    else signal.addEventListener('abort', () => search('lock.signal', signal.reason), { once: true });
    return signal;
  };
  return Object.defineProperty(lock, 'signal', { get, configurable: true });
}

function observedStream(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const getReader = stream.getReader.bind(stream) as () => ReadableStreamDefaultReader<Uint8Array>;
  const observe = () => {
    const reader = getReader();
    reader.closed.catch((error: unknown) => search('stream', error));
    return reader;
  };
  return Object.defineProperty(stream, 'getReader', { value: observe, configurable: true });
}

function observedListing<T>(listing: FileListing<T>): FileListing<T> {
  return {
    warnings: listing.warnings,
    async *[Symbol.asyncIterator]() {
      try {
        yield* listing;
      } catch (error) {
        search('listFiles', error);
        throw error;
      } finally {
        search('listFiles warnings', listing.warnings);
      }
    },
  };
}

function observedEvents(events: FileEvents): FileEvents {
  return new Proxy(events, {
    get(target, key, receiver) {
      if (key === 'next') return () => observedNext(target);
      if (key === Symbol.asyncIterator) return () => receiver;
      const member: unknown = Reflect.get(target, key, target);
      return typeof member === 'function' ? (member as Callable).bind(target) : member;
    },
  });
}

async function observedNext(events: FileEvents): Promise<IteratorResult<FileEvent>> {
  try {
    const result = await events.next();
    if (!result.done && 'reason' in result.value) search('event', result.value.reason);
    return result;
  } catch (error) {
    search('events', error);
    throw error;
  }
}
