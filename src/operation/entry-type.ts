import { NativeEntryType } from '../native/batch.js';
import type { EntryType } from '../types.js';

const types: Readonly<Record<number, EntryType>> = {
  [NativeEntryType.file]: 'file',
  [NativeEntryType.directory]: 'directory',
  [NativeEntryType.symlink]: 'symlink',
  [NativeEntryType.other]: 'other',
};

/** The public name of a `NativeEntryType`. */
export function entryType(native: number | undefined): EntryType {
  return types[native ?? NativeEntryType.other] ?? 'other';
}
