import { statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { fileSystemKind } from './file-system-kind.js';
import { describeFileSystem, type FileSystemTraits } from './file-system-traits.js';
import { findMount, readMountTable } from './mount-table.js';

/**
 * The traits of the file system that a directory lies on, on Linux. It is asked by path, and nothing is written for it:
 * good enough to decide how something is looked at, since the looks themselves go through the roots' handles.
 *
 * @param device of the directory, as `st_dev` has it; several mounts share a magic number, and it tells them apart
 */
export async function fileSystemAt(directory: string, device: () => Promise<string>): Promise<FileSystemTraits> {
  const kind = fileSystemKind((await statfs(directory).catch(() => ({ type: 0 }))).type);
  const mounts = kind.network ? await readMountTable('linux') : undefined;
  const mount = mounts && findMount(mounts, 0, await device());
  return describeFileSystem(kind, mount, release());
}
