import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import { describeErrno } from '../errors/system-error.js';
import type { NativeAddon } from '../native/addon.js';
import type { NativeOwner, NativeRootSet } from '../native/batch.js';
import type { Warning } from '../types.js';

const { EACCES, EPERM, EROFS, ENOTDIR, ELOOP } = constants.errno;
/**
 * The root may not be written to, or something else has the folder's name. Directories below may still be written to, and
 * a temporary file carries a lock of its own while it is in use.
 */
const harmless: ReadonlySet<number> = new Set([EACCES, EPERM, EROFS, ENOTDIR, ELOOP]);

/** Whose temporary files a commit makes. */
export interface Owner {
  /** Part of every temporary name. */
  readonly id: string;
  /** undefined where there is no file. */
  readonly handle?: NativeOwner | undefined;
  /** 0, or why the owner file could not be made: then nothing may be written in this root. */
  readonly status: number;
  readonly syscall: number;
  /** Given where the root takes no owner file, but may be written to elsewhere. */
  readonly warning?: Warning;
}

interface OwnedSet {
  readonly id: string;
  /** By root, of `owners` those that may be used. */
  readonly known: Map<number, Owner>;
  readonly owners: Map<number, Promise<Owner>>;
  readonly handles: NativeOwner[];
}

/**
 * The owner files of a workspace: one in each root it has written to, locked for as long as it may have temporary files
 * there, so that nobody's sweep takes them for leftovers of a crash. Each root set has an id of its own: its owner files
 * go when it is closed, while those of the next one are already there.
 */
export class Owners {
  readonly #addon: NativeAddon;
  readonly #sets = new Map<NativeRootSet, OwnedSet>();

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  /**
   * Makes the owner file of a root, if there is none yet. A root that takes none gets an owner with a warning. Any other failure is in `status`, and the next call tries again.
   */
  ensure(set: NativeRootSet, root: number, rootPath: string): Promise<Owner> {
    const owned = this.#of(set);
    const present = owned.owners.get(root);
    if (present) return present;
    const opening = this.#open(set, owned, root, rootPath).then((owner) => {
      if (owner.status !== 0) owned.owners.delete(root);
      else owned.known.set(root, owner);
      return owner;
    });
    owned.owners.set(root, opening);
    return opening;
  }

  /** What an earlier `ensure` came to; undefined where it is still to be asked. */
  known(set: NativeRootSet, root: number): Owner | undefined {
    return this.#sets.get(set)?.known.get(root);
  }

  /** Gives up the owner files of one root set. Call it when nothing writes there any more and before the set is closed. */
  async closeSet(set: NativeRootSet): Promise<void> {
    const owned = this.#sets.get(set);
    if (!owned) return;
    this.#sets.delete(set);
    await Promise.all(owned.owners.values());
    await Promise.all(owned.handles.map((owner) => this.#addon.closeOwner(owner)));
  }

  #of(set: NativeRootSet): OwnedSet {
    let owned = this.#sets.get(set);
    if (!owned) {
      owned = { id: randomBytes(16).toString('hex'), known: new Map(), owners: new Map(), handles: [] };
      this.#sets.set(set, owned);
    }
    return owned;
  }

  async #open(set: NativeRootSet, owned: OwnedSet, root: number, rootPath: string): Promise<Owner> {
    const { id } = owned;
    const { status, syscall, owner } = await this.#addon.openOwner(set, root, id);
    if (owner !== undefined) owned.handles.push(owner);
    if (!harmless.has(status)) return { id, status, syscall, handle: owner };
    const { code } = describeErrno(status);
    const warning: Warning = {
      code: 'PLOKE_NO_OWNER_FILE',
      message:
        `${code}: the folder .ploke-io could not be made in this root. Temporary files that a crash leaves there ` +
        'may have to be removed by hand.',
      path: rootPath,
    };
    return { id, status: 0, syscall: 0, warning };
  }
}
