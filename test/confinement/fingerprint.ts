import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Each path below a directory with everything that a forbidden effect could change. */
export type Fingerprint = ReadonlyMap<string, string>;

export interface FingerprintOptions {
  /** Leaves out ctime and link count. */
  readonly loose: boolean;
  /** Leaves out mtime, ctime, link count and directory sizes: what a harmless temporary file changes and puts back. */
  readonly contentOnly?: boolean;
}

/** Looks at every name below `top` (bytes, so that no name is lost) without following a link or opening anything special. */
export function fingerprint(top: string, options: FingerprintOptions): Fingerprint {
  const found = new Map<string, string>();
  visit(Buffer.from(top), '', options, found);
  return found;
}

function visit(path: Buffer, key: string, options: FingerprintOptions, found: Map<string, string>): void {
  const status = lstatSync(path, { bigint: true });
  found.set(key, describe(path, status, options));
  if (!status.isDirectory()) return;
  for (const name of readableNames(path)) {
    const child = Buffer.concat([path, Buffer.from('/'), name]);
    // A tree deeper than PATH_MAX cannot be looked at by path; its upper part stands for it.
    if (child.length < 4096) visit(child, `${key}/${name.toString('latin1')}`, options, found);
  }
}

function describe(path: Buffer, status: BigIntStats, options: FingerprintOptions): string {
  const parts = [`inode ${status.ino}`, `mode ${status.mode.toString(8)}`, `owner ${status.uid}:${status.gid}`];
  if (options.contentOnly !== true) {
    parts.push(`modified ${status.mtimeNs}`);
    if (!options.loose) parts.push(`changed ${status.ctimeNs}`, `links ${status.nlink}`);
  }
  if (status.isSymbolicLink()) parts.push(`target ${readlinkSync(path, 'latin1')}`);
  if (status.isFile()) parts.push(`bytes ${fileBytes(path)}`);
  return parts.join(', ');
}

function fileBytes(path: Buffer): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return '(unreadable)';
    throw error;
  }
}

function readableNames(path: Buffer): Buffer[] {
  try {
    return readdirSync(path, { encoding: 'buffer' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return [];
    throw error;
  }
}

/** What is different, each as a sentence. */
export function changesBetween(before: Fingerprint, after: Fingerprint, where: string): string[] {
  const changes: string[] = [];
  for (const [key, value] of before) {
    const now = after.get(key);
    if (now === undefined) changes.push(`${where}${key} is gone`);
    else if (now !== value) changes.push(`${where}${key} changed from {${value}} to {${now}}`);
  }
  for (const key of after.keys()) {
    if (!before.has(key)) changes.push(`${where}${key} is new`);
  }
  return changes;
}
