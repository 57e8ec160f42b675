import { internalError, invalidArgument, invalidPath } from '../errors/make.js';
import type { NativeAddon } from '../native/addon.js';
import { type NativeRootSet, NativeSymlinks } from '../native/batch.js';
import { hostSpelling } from '../platform/path-spelling.js';
import type { SymlinkPolicy } from '../types.js';
import { checkArray } from './arguments.js';
import { parsePathArgument } from './path-argument.js';
import { isOwnerDirectoryName } from './reserved-names.js';
import { createResolver, type Resolver } from './resolve.js';
import { type OpenRoot, openRoots } from './root-handle.js';
import { arrangeRoots } from './root-layout.js';
import type { RootLease } from './root-lease.js';

export type { RootLease } from './root-lease.js';

/** The addon carries the root of a path in one byte. */
const maxRoots = 256;

export interface RootTableOptions {
  readonly symlinks: SymlinkPolicy;
  readonly allowHardLinks: boolean;
  readonly allowMounts: boolean;
  /** `openWorkspace` or `setRoots`, for errors. */
  readonly operation: string;
}

/**
 * Opens the roots of a workspace, once: links in their own paths are resolved now, and never again. A root that lies
 * beneath another is absorbed by it. Either all are opened or none.
 *
 * @param inputs the option `roots`, unchecked, or what parseRoots made of it
 * @throws ERR_PLOKE_INVALID_ARGUMENT, ERR_PLOKE_INVALID_PATH; ENOENT, ENOTDIR, EACCES and other codes of open(2)
 */
export async function openRootTable(
  addon: NativeAddon,
  inputs: unknown,
  options: RootTableOptions,
): Promise<RootTable> {
  const { operation } = options;
  const configured = parseRoots(inputs, operation);
  const opened = await openRoots(addon, configured, operation);
  // A link, or a volume that takes another spelling for the same name, may have led there.
  const own = opened.find(({ info }) => isOwn(info.canonicalPath));
  if (own) {
    for (const { info } of opened) addon.closeRoot(info.root);
    throw ownRoot(own.path, operation);
  }
  try {
    return new RootTable(addon, configured, opened, options);
  } catch (cause) {
    for (const { info } of opened) addon.closeRoot(info.root);
    throw internalError(operation, cause);
  }
}

/**
 * The option `roots`, each as parsePathArgument has it and none twice.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT, ERR_PLOKE_INVALID_PATH
 */
export function parseRoots(inputs: unknown, operation: string): readonly string[] {
  const given = checkArray(operation, 'roots', inputs, { max: maxRoots });
  const configured = [...new Set(given.map((input) => parseRoot(input, operation)))];
  if (configured.length > 0) return configured;
  throw invalidArgument(operation, 'roots is an empty array. Pass at least one existing directory.', {
    argument: 'roots',
  });
}

function parseRoot(input: unknown, operation: string): string {
  const text = parsePathArgument(input, operation);
  if (isOwn(text)) throw ownRoot(text, operation);
  return isTop(text) || !text.endsWith('/') ? text : text.slice(0, -1);
}

/** `/` and `C:/`, which end in a slash as they are. */
function isTop(text: string): boolean {
  return text.indexOf('/') === text.length - 1;
}

function isOwn(text: string): boolean {
  return text.split('/').some((name) => isOwnerDirectoryName(name));
}

function ownRoot(text: string, operation: string): Error {
  const message = 'The root belongs to ploke-io itself. Pass a directory outside ".ploke-io".';
  return invalidPath(operation, message, hostSpelling.spell(text));
}

/** The roots between one setRoots and the next. Calls lease them; they are closed when the last lease is given back. */
export class RootTable {
  /** As configured, normalised and spelt for callers, in that order; absorbed ones are among them. */
  readonly roots: readonly string[];
  readonly #opened: readonly OpenRoot[];
  readonly #addon: NativeAddon;
  readonly #set: NativeRootSet;
  readonly #symlinks: SymlinkPolicy;
  readonly #resolve: Resolver;
  readonly #rootPaths: readonly string[];
  readonly #rootIdentities: readonly string[];
  readonly #heldIdentities: ReadonlySet<string>;
  readonly #operation: string;
  #leases = 0;
  #closing: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  /** Use openRootTable. Takes over the handles. `configured` as parsePathArgument has it. */
  constructor(
    addon: NativeAddon,
    configured: readonly string[],
    opened: readonly OpenRoot[],
    { symlinks, allowHardLinks, allowMounts, operation }: RootTableOptions,
  ) {
    const layout = arrangeRoots(opened.map(({ path, info }) => ({ path, ...info })));
    this.roots = Object.freeze(configured.map(hostSpelling.spell));
    this.#opened = opened;
    this.#rootIdentities = Object.freeze(layout.roots.map(({ identity }) => identity));
    this.#heldIdentities = new Set(opened.map(({ info }) => info.identity));
    this.#addon = addon;
    this.#symlinks = symlinks;
    this.#operation = operation;
    this.#rootPaths = Object.freeze(layout.roots.map(({ path }) => hostSpelling.spell(path)));
    this.#resolve = createResolver(layout.entries);
    this.#set = addon.createRootSet({
      roots: layout.roots.map(({ root }) => root),
      spellings: layout.entries.map(({ spelling, root, prefix }) => ({ path: spelling, root, prefix })),
      symlinks: NativeSymlinks[symlinks],
      allowHardLinks,
      allowMounts,
    });
  }

  lease(): RootLease {
    if (this.#closing) throw internalError(this.#operation, 'roots were leased after they were closed');
    this.#leases++;
    let held = true;
    return {
      set: this.#set,
      symlinks: this.#symlinks,
      resolve: this.#resolve,
      rootPaths: this.#rootPaths,
      rootIdentities: this.#rootIdentities,
      heldIdentities: this.#heldIdentities,
      release: () => {
        if (!held) return;
        held = false;
        this.#leases--;
        if (this.#leases === 0 && this.#waiting.length > 0) for (const resolve of this.#waiting.splice(0)) resolve();
      },
    };
  }

  /** Resolves when no lease is out. */
  drained(): Promise<void> {
    if (this.#leases === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Gives no lease any more, waits for those that are out, and closes every handle. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.drained().then(() => {
      this.#addon.closeRootSet(this.#set);
      for (const { info } of this.#opened) this.#addon.closeRoot(info.root);
    });
    return this.#closing;
  }
}
