import type { EntryChange } from '../../src/events/entry-change.js';
import type { EntryType } from '../../src/types.js';

/**
 * Changes as short texts: `create a`, `update d/a`, `remove d/`, `rename a b over file`. A path that ends in `/` is a
 * directory's. What follows is optional: `=1` the stamp, `@v` the version, `!x` the origin.
 */
const pattern =
  /^(?<type>\w+) (?<first>[^\s=@!]+)(?: (?<second>(?!over )[^\s=@!]+))?(?: over (?<over>\w+))?(?: =(?<stamp>\S+))?(?: @(?<version>\S+))?(?: !(?<origin>\S+))?$/;

export function changeOf(text: string, root = '/r'): EntryChange {
  const found = pattern.exec(text)?.groups;
  if (!found?.type || !found.first) throw new Error(`no change: ${text}`);
  const { type, first, second, over, stamp = '', version = '', origin = null } = found;
  const entryType: EntryType = first.endsWith('/') ? 'directory' : first.endsWith('.link') ? 'symlink' : 'file';
  const pathOf = (spelt: string) => `${root}/${spelt.replace(/\/$/, '')}`;
  const base = { root, entryType, origin, version };
  switch (type) {
    case 'create':
    case 'update':
      return { type, ...base, path: pathOf(first), stamp };
    case 'remove':
      return { type, ...base, path: pathOf(first) };
    case 'rename': {
      if (second === undefined) throw new Error(`no target: ${text}`);
      const replaces = over === undefined ? {} : { replaces: over as EntryType };
      return { type, ...base, from: pathOf(first), path: pathOf(second), stamp, ...replaces };
    }
    default:
      throw new Error(`no change: ${text}`);
  }
}

export function spell(change: EntryChange): string {
  const { type, root, path, entryType, origin, version } = change;
  const name = (at: string) => `${at.slice(root.length + 1)}${entryType === 'directory' ? '/' : ''}`;
  const words = type === 'rename' ? [type, name(change.from), name(path)] : [type, name(path)];
  if (type === 'rename' && change.replaces) words.push('over', change.replaces);
  if (type !== 'remove' && change.stamp !== '') words.push(`=${change.stamp}`);
  if (version !== '') words.push(`@${version}`);
  if (origin !== null) words.push(`!${origin}`);
  return words.join(' ');
}
