import type { Redactor } from '../errors/redactor.js';
import type * as model from '../types.js';

type Api = model.Workspace;
type AsyncMethod = (...args: never[]) => Promise<unknown>;

/**
 * A workspace with `redactPaths`: whatever leaves the other one by a result, a rejection or an event passes through here, so
 * that no operation has to think of it. `implements` says which members there are, so that none is left out. What is handed
 * out later by other ways (the warnings of a workspace or a listing, the error of a stream, the signal of a lock) goes through
 * the redactor where it is handed out.
 */
export class RedactingWorkspace implements Api {
  readonly #inner: Api;
  readonly #redactor: Redactor;
  readonly readFile: Api['readFile'];
  readonly readFiles: Api['readFiles'];
  readonly readSnippets: Api['readSnippets'];
  readonly scanChanges: Api['scanChanges'];
  readonly listFiles: Api['listFiles'];
  readonly writeFile: Api['writeFile'];
  readonly writeFiles: Api['writeFiles'];
  readonly writeSnippets: Api['writeSnippets'];
  readonly applyPatches: Api['applyPatches'];
  readonly updateFile: Api['updateFile'];
  readonly createFile: Api['createFile'];
  readonly createFiles: Api['createFiles'];
  readonly removeFile: Api['removeFile'];
  readonly rename: Api['rename'];
  readonly stat: Api['stat'];
  readonly listDirectory: Api['listDirectory'];
  readonly createDirectory: Api['createDirectory'];
  readonly removeDirectory: Api['removeDirectory'];
  readonly lock: Api['lock'];
  readonly setRoots: Api['setRoots'];
  readonly flushEvents: Api['flushEvents'];
  readonly capabilities: Api['capabilities'];
  readonly close: Api['close'];

  constructor(inner: Api, redactor: Redactor) {
    this.#inner = inner;
    this.#redactor = redactor;
    const redacted = <Method extends AsyncMethod>(method: Method): Method =>
      (async (...args: never[]) => {
        try {
          return redactedResult(await method.apply(inner, args), redactor);
        } catch (error) {
          throw redactor.error(error);
        }
      }) as unknown as Method;
    this.readFile = redacted(inner.readFile);
    this.readFiles = redacted(inner.readFiles);
    this.readSnippets = redacted(inner.readSnippets);
    this.scanChanges = redacted(inner.scanChanges);
    this.writeFile = redacted(inner.writeFile);
    this.writeFiles = redacted(inner.writeFiles);
    this.writeSnippets = redacted(inner.writeSnippets);
    this.applyPatches = redacted(inner.applyPatches);
    this.updateFile = redacted(inner.updateFile);
    this.createFile = redacted(inner.createFile);
    this.createFiles = redacted(inner.createFiles);
    this.removeFile = redacted(inner.removeFile);
    this.rename = redacted(inner.rename);
    this.stat = redacted(inner.stat);
    this.listDirectory = redacted(inner.listDirectory);
    this.createDirectory = redacted(inner.createDirectory);
    this.removeDirectory = redacted(inner.removeDirectory);
    this.lock = redacted(inner.lock);
    this.setRoots = redacted(inner.setRoots);
    this.flushEvents = redacted(inner.flushEvents);
    this.capabilities = redacted(inner.capabilities);
    this.close = redacted(inner.close);
    this.listFiles = ((options: model.ListOptions) =>
      redactedListing(
        this.#now(() => inner.listFiles(options)),
        redactor,
      )) as Api['listFiles'];
  }

  get roots(): readonly string[] {
    return this.#inner.roots;
  }

  get origin(): string {
    return this.#inner.origin;
  }

  get limits(): model.Limits {
    return this.#inner.limits;
  }

  get warnings(): readonly model.Warning[] {
    return this.#inner.warnings;
  }

  createReadStream(path: model.PathInput, options?: model.StreamOptions) {
    return this.#now(() => this.#inner.createReadStream(path, options));
  }

  events(options?: model.EventOptions): model.FileEvents {
    return new RedactingEvents(
      this.#now(() => this.#inner.events(options)),
      this.#redactor,
    );
  }

  metrics(): model.Metrics {
    return this.#inner.metrics();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #now<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw this.#redactor.error(error);
    }
  }
}

/** The reasons and the warnings in a result; the rest of it is data, and stays the same object. */
function redactedResult(result: unknown, redactor: Redactor): unknown {
  if (Array.isArray(result)) {
    return result.some(hasRemarks) ? result.map((item) => redactedItem(item, redactor)) : result;
  }
  if (typeof result !== 'object' || result === null) return result;
  if ('failures' in result) {
    const { failures } = result as model.ScanResult;
    const redacted = failures.map(({ index, reason }) => ({ index, reason: redactor.error(reason) }));
    return failures.length === 0 ? result : { ...result, failures: redacted };
  }
  return withRedactedWarnings(result, redactor);
}

function hasRemarks(item: Partial<model.Settled<object>>): boolean {
  return (
    item.status === 'rejected' || (item.status === 'fulfilled' && item.value !== undefined && hasWarnings(item.value))
  );
}

/** One of a batch, or an entry of a listing. */
function redactedItem(item: model.Settled<object>, redactor: Redactor): model.Settled<object> {
  switch (item.status) {
    case 'rejected':
      return { status: 'rejected', reason: redactor.error(item.reason) };
    case 'fulfilled':
      return { status: 'fulfilled', value: withRedactedWarnings(item.value, redactor) };
    default:
      return item;
  }
}

function hasWarnings(value: object): value is { readonly warnings: readonly model.Warning[] } {
  return 'warnings' in value && Array.isArray(value.warnings) && value.warnings.length > 0;
}

function withRedactedWarnings<T extends object>(value: T, redactor: Redactor): T {
  if (!hasWarnings(value)) return value;
  return { ...value, warnings: value.warnings.map((warning) => redactor.warning(warning)) };
}

function redactedListing<T>(listing: model.FileListing<T>, redactor: Redactor): model.FileListing<T> {
  return {
    warnings: listing.warnings,
    async *[Symbol.asyncIterator]() {
      try {
        yield* listing;
      } catch (error) {
        throw redactor.error(error);
      }
    },
  };
}

/** Of the events, two tell a reason. */
class RedactingEvents implements model.FileEvents {
  readonly #inner: model.FileEvents;
  readonly #redactor: Redactor;

  constructor(inner: model.FileEvents, redactor: Redactor) {
    this.#inner = inner;
    this.#redactor = redactor;
  }

  get dropped(): number {
    return this.#inner.dropped;
  }

  async next(): Promise<IteratorResult<model.FileEvent>> {
    try {
      const result = await this.#inner.next();
      return result.done ? result : { done: false, value: this.#redacted(result.value) };
    } catch (error) {
      throw this.#redactor.error(error);
    }
  }

  async return(): Promise<IteratorResult<model.FileEvent>> {
    await this.#inner.return?.();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #redacted(event: model.FileEvent): model.FileEvent {
    switch (event.type) {
      case 'degraded':
        return { ...event, reason: this.#redactor.warning(event.reason) };
      case 'root-lost':
        return { ...event, reason: this.#redactor.error(event.reason) };
      default:
        return event;
    }
  }
}
