import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { MutationResult, WorkspaceOptions } from '../../src/index.js';
import { getAttribute, setAttribute } from './attributes.mjs';
import { projectRoot } from './child.js';

export type Call = readonly [method: string, ...args: readonly unknown[]];
export type Told = Pick<MutationResult, 'receipt' | 'warnings'>;

export const otherScript = path.join(projectRoot, 'test/watch/shared-origin-child.mjs');

/**
 * Has another process open a workspace with the origin `other`, which it shares, and make calls. Meanwhile this thread
 * stands still: a watcher of its own looks at what is there when all of them are over.
 *
 * @param under a program and its arguments that runs the rest of its arguments
 */
export function otherProcess(
  calls: readonly Call[],
  options: Partial<WorkspaceOptions>,
  under: readonly string[] = [],
): Told[] {
  const [program = '', ...args] = [...under, process.execPath, otherScript, JSON.stringify({ options, calls })];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the other process ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Told[];
}

const attribute = 'user.ploke-io.origin';

/** What a file says of its origin; undefined: nothing. */
export function attributeOf(file: string): string | undefined {
  return getAttribute(file, attribute)?.toString();
}

/** Writes a file and makes it say something of its origin. `$version` in the value is what speaks of that very version. */
export function forge(file: string, value: string | Uint8Array): void {
  writeFileSync(file, 'forged');
  const { ino, size, mtimeNs } = statSync(file, { bigint: true });
  const bytes =
    typeof value === 'string'
      ? Buffer.from(value.replace('$version', `${ino} ${size} ${mtimeNs}`))
      : Buffer.from(value);
  setAttribute(file, attribute, bytes);
}
