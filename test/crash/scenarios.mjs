// What a writer may be doing when it is killed, or when a system call fails, and what may be there afterwards. Each
// scenario is run by scenario-child.mjs in a process of its own.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { getAttribute } from '../support/attributes.mjs';

export const oldText = (name) => `${name}: the old version\n`.repeat(40);
export const newText = (name) => `${name}: the new version, which is longer\n`.repeat(60);
export const foreignText = (name) => `${name}: what somebody else wrote\n`.repeat(20);
const hash = (text) => `sha256-${createHash('sha256').update(text).digest('hex')}`;

const old = (directory, ...names) => {
  for (const name of names) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), oldText(name));
    chmodSync(path.join(directory, name), 0o640);
  }
};
const read = (directory, name) =>
  existsSync(path.join(directory, name)) ? readFileSync(path.join(directory, name), 'utf8') : undefined;

/** What a file says of its origin, if that is of the version that is there. */
function originOf(file) {
  const told = getAttribute(file, 'user.ploke-io.origin')?.toString() ?? '';
  const [, inode, size, time, ...origin] = told.split(' ');
  const status = statSync(file, { bigint: true });
  const isOfThis = inode === `${status.ino}` && size === `${status.size}` && time === `${status.mtimeNs}`;
  return isOfThis ? origin.join(' ') : undefined;
}

/** Names that a program of ours must not leave, or lose, beside the ones that the scenario knows. */
export function strangers(directory, known) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(directory, path.join(entry.parentPath ?? entry.path, entry.name)))
    .filter((name) => !known.includes(name) && !name.startsWith('.ploke-io/'));
}

/** Every file is one of its versions in full. `committed` true: the new one, false: the old one. */
function eachWhole(names, { created = false } = {}) {
  return (directory, committed) => {
    const wrong = [];
    for (const name of names) {
      const text = read(directory, name);
      const isOld = created ? text === undefined : text === oldText(name);
      const isNew = text === newText(name);
      if (!isOld && !isNew)
        wrong.push(`${name} is neither old nor new: ${text === undefined ? 'gone' : `${text.length} bytes`}`);
      if (committed === true && !isNew) wrong.push(`${name} is not the new version, though the call said so`);
      if (committed === false && !isOld) wrong.push(`${name} is not the old version, though the call said so`);
    }
    return wrong;
  };
}

/** Orders of the tracer: as under protected_hardlinks (proc(5)). */
const neverNamedLater = ['--fail', `linkat#*:${constants.errno.EPERM}`];

const batch = ['a/1', 'a/2', 'b/3', 'b/4', 'b/5'];

/**
 * `files`: what may be there at the end. `act`: what the child does. `check`: what is wrong afterwards; `committed` is what
 * the call said, undefined where nobody heard it. `isForgiven`: whether the call must succeed, with a warning, though this
 * system call of it fails.
 */
export const scenarios = {
  replace: {
    files: ['file'],
    prepare: (directory) => old(directory, 'file'),
    act: (workspace, at) => workspace.writeFile(at('file'), newText('file'), { expectedHash: hash(oldText('file')) }),
    check: eachWhole(['file']),
  },
  // The first write of a workspace makes the owner's file. Whatever becomes of that, the next write is not worse off.
  first: {
    files: ['file'],
    isCold: true,
    prepare: (directory) => old(directory, 'file'),
    act: async (workspace, at) => {
      const write = () => workspace.writeFile(at('file'), newText('file'));
      try {
        return await write();
      } catch (first) {
        await write().catch((second) => {
          throw new Error(`${first.message}; the next write failed too: ${second.message}`);
        });
        throw first;
      }
    },
    // What the first write said is no longer what is there.
    check: (directory) => eachWhole(['file'])(directory),
  },
  overwrite: {
    files: ['file'],
    prepare: (directory) => old(directory, 'file'),
    act: (workspace, at) => workspace.writeFile(at('file'), newText('file')),
    check: eachWhole(['file']),
  },
  // Where a file that was made without a name cannot be given one it is written anew, with a name.
  named: {
    files: ['file'],
    disturb: () => neverNamedLater,
    prepare: (directory) => old(directory, 'file'),
    act: (workspace, at) => workspace.writeFile(at('file'), newText('file'), { expectedHash: hash(oldText('file')) }),
    check: eachWhole(['file']),
  },
  namedCreate: {
    files: ['file'],
    disturb: () => neverNamedLater,
    prepare: () => undefined,
    act: (workspace, at) => workspace.createFile(at('file'), newText('file')),
    check: eachWhole(['file'], { created: true }),
  },
  batch: {
    files: batch,
    prepare: (directory) => old(directory, ...batch),
    act: (workspace, at) => workspace.writeFiles(batch.map((name) => ({ path: at(name), data: newText(name) }))),
    check: eachWhole(batch),
  },
  // With an origin for other processes. Not to be able to keep it is no failure.
  shared: {
    files: ['file'],
    options: { shareOrigin: true, origin: 'writer' },
    prepare: (directory) => old(directory, 'file'),
    act: (workspace, at) => workspace.writeFile(at('file'), newText('file'), { expectedHash: hash(oldText('file')) }),
    check: (directory, committed) => {
      const wrong = eachWhole(['file'])(directory, committed);
      // Nobody heard whether it was kept: it must have been there as soon as the file was.
      const isSeen = read(directory, 'file') === newText('file');
      if (committed === undefined && isSeen && originOf(path.join(directory, 'file')) !== 'writer')
        wrong.push('the new version was to be seen before its origin was');
      return wrong;
    },
    // A fault of nothing but its attribute is a success with a warning.
    isForgiven: ({ name }) => name === 'fsetxattr',
  },
  edit: {
    files: ['file'],
    prepare: (directory) => old(directory, 'file'),
    act: (workspace, at) =>
      workspace.writeSnippets([{ path: at('file'), find: oldText('file'), replacement: newText('file') }]),
    check: eachWhole(['file']),
  },
  create: {
    files: ['made/deep/file'],
    prepare: () => undefined,
    act: (workspace, at) => workspace.createFile(at('made/deep/file'), newText('made/deep/file'), { parents: true }),
    check: eachWhole(['made/deep/file'], { created: true }),
  },
  remove: {
    files: ['file'],
    prepare: (directory) => old(directory, 'file'),
    act: (workspace, at) => workspace.removeFile(at('file'), { expectedHash: hash(oldText('file')) }),
    check: (directory, committed) => {
      const text = read(directory, 'file');
      if (text !== undefined && text !== oldText('file')) return ['the file is not whole'];
      if (committed === true && text !== undefined)
        return ['the file is there, though the call said that it was removed'];
      if (committed === false && text === undefined) return ['the file is gone, though the call said that it was not'];
      return [];
    },
  },
  rename: {
    files: ['file', 'other'],
    prepare: (directory) => old(directory, 'file', 'other'),
    act: (workspace, at) =>
      workspace.rename(at('file'), at('other'), { ifExists: 'replace', expectedHash: hash(oldText('file')) }),
    check: (directory, committed) => {
      const from = read(directory, 'file');
      const to = read(directory, 'other');
      const isBefore = from === oldText('file') && to === oldText('other');
      const isAfter = from === undefined && to === oldText('file');
      // Killed between the exchange and the removal: both contents are there, whole, under each other's name.
      const isBetween = from === oldText('other') && to === oldText('file');
      if (!isBefore && !isAfter && !isBetween) return ['the files are neither as before nor as after'];
      if (committed === true && !isAfter && !isBetween) return ['the file was not renamed, though the call said so'];
      if (committed === false && !isBefore) return ['the file was renamed, though the call said that it was not'];
      return [];
    },
  },
  inPlace: {
    files: ['file', 'second-name'],
    options: { inPlace: 'when-required' },
    // Not atomic: after a kill the file may be torn, and then its old version lies beside it.
    isTornAllowed: true,
    prepare: (directory) => {
      old(directory, 'file');
      linkSync(path.join(directory, 'file'), path.join(directory, 'second-name'));
    },
    act: (workspace, at) => workspace.writeFile(at('file'), newText('file')),
    check: (directory, committed, recovered) => {
      const text = read(directory, 'file');
      const isWhole = text === oldText('file') || text === newText('file');
      if (!isWhole && !recovered.includes(oldText('file'))) return ['the file is torn, and no backup of it is there'];
      if (committed === true && text !== newText('file'))
        return ['the file is not the new version, though the call said so'];
      if (committed === false && text !== oldText('file'))
        return ['the file is not the old version, though the call said so'];
      return [];
    },
  },
};

/** The name that a shell command of the tracer puts in the place of a file: a version of somebody else. */
const foreign = (directory) => {
  writeFileSync(path.join(directory, '..', 'foreign'), foreignText('file'));
  return `cp '${directory}/../foreign' '${directory}/../foreign-$index' && mv '${directory}/../foreign-$index' '${directory}/file'`;
};

/** With somebody who replaces the file at the worst moments. None of his versions may ever be lost. */
export const disturbed = {
  mismatch: {
    ...scenarios.replace,
    disturb: (directory) => ['--pause', `exchange#1:${foreign(directory)}`],
    check: (directory, committed, recovered) => {
      const text = read(directory, 'file');
      // Ours is in place for a moment; who is killed in it leaves the foreign version to the sweep.
      const isForeign = text === foreignText('file');
      const isKept = text === newText('file') && recovered.includes(foreignText('file'));
      if (committed !== undefined) return isForeign ? [] : ['the foreign version is not in place'];
      return isForeign || isKept || text === oldText('file') ? [] : ['the foreign version is lost'];
    },
  },
  mismatchTwice: {
    ...scenarios.replace,
    // A second foreign version comes before the first one is put back.
    disturb: (directory) => [
      '--pause',
      `exchange#1:${foreign(directory)}`,
      '--pause',
      `exchange#2:${foreign(directory)}`,
    ],
    check: (directory, _committed, recovered) => {
      const text = read(directory, 'file');
      const kept = recovered.filter((content) => content === foreignText('file')).length;
      const isForeign = text === foreignText('file');
      return isForeign || kept > 0 || text === oldText('file') ? [] : ['a foreign version is lost'];
    },
  },
  mismatchNamed: {
    ...scenarios.named,
    disturb: (directory) => [...neverNamedLater, '--pause', `exchange#1:${foreign(directory)}`],
    check: (...all) => disturbed.mismatch.check(...all),
  },
  removeMismatch: {
    ...scenarios.remove,
    disturb: (directory) => ['--pause', `renameat2#1:${foreign(directory)}`],
    check: (directory, _committed, recovered) => {
      const text = read(directory, 'file');
      const isForeign = text === foreignText('file') || recovered.includes(foreignText('file'));
      return isForeign || text === oldText('file') ? [] : ['the foreign version is lost'];
    },
  },
};

/** The second write knows what the first one met. */
export const twice = {
  ...scenarios.named,
  act: async (workspace, at) => {
    await workspace.writeFile(at('file'), oldText('file'));
    return workspace.writeFile(at('file'), newText('file'));
  },
};

/** A writer as there are many: it truncates the file and writes into it. Every check must catch it. */
export const control = {
  ...scenarios.replace,
  act: (_workspace, at) => {
    writeFileSync(at('file'), newText('file'));
    return { receipt: {} };
  },
};
