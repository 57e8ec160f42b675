import { release } from 'node:os';
import type { NativeAddon } from '../native/addon.js';
import type { NativeRootSet } from '../native/batch.js';
import { hostPlatform } from '../platform/host.js';
import { type FileSystemKind, fileSystemKind } from './file-system-kind.js';
import { describeFileSystem } from './file-system-traits.js';
import { findMount, readMountTable } from './mount-table.js';
import { type PathBelowRoot, packPaths } from './path-batch.js';
import { onWindows } from './windows-volume.js';

const maxDevices = 1_000;

/**
 * The kinds of the file systems that a workspace writes to, by device number: what an fsync that answered success is worth
 * depends on them. Each device is probed once.
 */
export class Devices {
  readonly #addon: NativeAddon;
  readonly #kinds = new Map<string, Promise<FileSystemKind | undefined>>();
  readonly #known = new Map<string, FileSystemKind>();

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  /** What an earlier `kindOf` found. */
  known(device: string): FileSystemKind | undefined {
    return this.#known.get(device);
  }

  /** @param directory an existing directory that should lie on the device. undefined where the kind cannot be told */
  kindOf(device: string, set: NativeRootSet, directory: PathBelowRoot): Promise<FileSystemKind | undefined> {
    const present = this.#kinds.get(device);
    if (present) return present;
    if (this.#kinds.size >= maxDevices) {
      this.#kinds.clear();
      this.#known.clear();
    }
    const probing = this.#probe(device, set, directory)
      // Whatever fails: a change is not to fail because nobody knows what its sync was worth.
      .catch(() => undefined)
      .then((kind) => {
        // Not told this time, perhaps told the next.
        if (kind === undefined) this.#kinds.delete(device);
        else this.#known.set(device, kind);
        return kind;
      });
    this.#kinds.set(device, probing);
    return probing;
  }

  async #probe(device: string, set: NativeRootSet, directory: PathBelowRoot): Promise<FileSystemKind | undefined> {
    const probe = await this.#addon.probeDirectory(packPaths(set, [directory]));
    // Reached through a link, or replaced since: another device's kind proves nothing about this one.
    if (probe.status !== 0 || probe.device !== device) return undefined;
    const kind = fileSystemKind(probe.magic, probe);
    if (hostPlatform === 'win32') return onWindows(kind);
    // How far its locks reach hangs on the server or on how it is mounted; of FUSE, also whose it is.
    if (!kind.network) return kind;
    const mount = findMount((await readMountTable()) ?? [], probe.mountId, probe.device);
    const { lockScope, network } = describeFileSystem(kind, mount, release());
    return { ...kind, lockScope, network };
  }
}
