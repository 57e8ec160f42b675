import {
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { performStep } from './arena-steps.js';
import { run } from './native-tool.js';
import type { Argument, Step } from './vocabulary.js';

/**
 * The directory in which one case happens: `ws/`, `out/` and `out/secret`, and whatever the case sets up. Everything that
 * a directory cannot hold by itself (mounts, inode flags, held handles) is undone by `dispose`.
 */
export class Arena implements Disposable {
  readonly path: string;
  readonly heldHandles: number[] = [];
  readonly mounts: string[] = [];
  readonly flagged: string[] = [];

  constructor(
    path: string,
    readonly tool: string,
  ) {
    mkdirSync(join(path, 'ws'), { recursive: true });
    mkdirSync(join(path, 'out'));
    this.path = realpathSync(path);
    writeFileSync(this.at('out/secret'), secret);
  }

  at(path: string): string {
    return `${this.path}/${path}`;
  }

  /** `@` in a link target, a root or a raw argument is the arena. */
  expand(text: string): string {
    return text.replaceAll('@', this.path);
  }

  perform(steps: readonly Step[]): void {
    for (const step of steps) performStep(this, step);
  }

  /** The argument as the library gets it. */
  argument(argument: Argument): unknown {
    if (typeof argument === 'string') return this.at(argument);
    if ('raw' in argument) return this.expand(argument.raw);
    if ('value' in argument) return argument.value(this.path);
    const escaped = argument.hex.replaceAll(/../g, (byte) => `%${byte}`);
    return new URL(`file://${this.at(argument.bytesIn)}/${escaped}`);
  }

  /** Descriptors of this process that point into the arena, other than those that the case holds itself. */
  openDescriptors(): string[] {
    const found: string[] = [];
    for (const entry of readdirSync('/proc/self/fd')) {
      const descriptor = Number(entry);
      if (this.heldHandles.includes(descriptor)) continue;
      const target = descriptorTarget(descriptor);
      if (target === this.path || target?.startsWith(`${this.path}/`)) found.push(target);
    }
    return found;
  }

  [Symbol.dispose](): void {
    for (const handle of this.heldHandles.splice(0)) closeSync(handle);
    for (const path of this.mounts.splice(0).reverse()) run('umount', ['--lazy', path]);
    for (const path of this.flagged.splice(0)) {
      if (!existsSync(path)) continue;
      run(this.tool, ['flag', path, '-i']);
      run(this.tool, ['flag', path, '-a']);
    }
    removeDeep(this.path);
  }
}

export const secret = 'SECRET';

function descriptorTarget(descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch (error) {
    // The listing's own descriptor is closed by now.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function removeDeep(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    // Deeper than PATH_MAX or than the stack, or without permission for its owner: chmod(1) and rm(1) walk by handle.
    const codes = ['ENAMETOOLONG', 'EACCES', 'EPERM', 'ENOTEMPTY'];
    if (!(error instanceof RangeError) && !codes.includes(String((error as NodeJS.ErrnoException).code))) throw error;
    run('chmod', ['--recursive', 'u+rwX', path]);
    run('rm', ['--recursive', '--force', '--one-file-system', path]);
  }
}

/** Takes away what a killed runner left below `base`; its mounts went with it. */
export function sweepArenas(base: string, tool: string): void {
  for (const path of pathsWithFlags(base)) {
    run(tool, ['flag', path, '-i']);
    run(tool, ['flag', path, '-a']);
  }
  removeDeep(base);
}

// The only places that the cases put inode flags on.
function pathsWithFlags(base: string): string[] {
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .flatMap((arena) => [join(base, arena, 'ws/f'), join(base, arena, 'ws/d')])
    .filter((path) => existsSync(path));
}
