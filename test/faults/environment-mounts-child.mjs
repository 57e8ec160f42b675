// node environment-mounts-child.mjs <case> <directory>: mounts a small file system of its own on a directory, spoils it, and says in
// one line of JSON how each kind of change ended. Runs in a mount namespace of its own, so that nothing has to be unmounted.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { hashContent, openWorkspace } from '../../dist/index.js';
import { loadAddon } from '../../dist/native/load.js';

const [name, folder] = process.argv.slice(2);
const directory = path.join(folder, 'mounted');
const at = (file) => path.join(directory, file);
const body = (mark, length = 60_000) => `${mark.repeat(length)}\nend\n`;
const files = ['a', 'b', 'c'];

const told = (error) => `${error.code}, committed: ${error.committed}`;
/** Node has no name for EDQUOT. */
const codeOf = ({ code, errno }) => (errno === -constants.errno.EDQUOT ? 'EDQUOT' : code);
const outcome = (call) => call.then(() => 'done', told);
const settled = (results) => results.map((result) => (result.status === 'fulfilled' ? 'done' : told(result.reason)));

/** How a program that knows nothing of us fares: the fault is real. */
function plainWrite(file) {
  try {
    writeFileSync(at(file), body('p'), { flag: 'wx', flush: true });
    rmSync(at(file));
    return 'done';
  } catch (error) {
    rmSync(at(file), { force: true });
    return codeOf(error);
  }
}

/** Every kind of change that needs a new file; 'linked' has a second name, so that it is written in place. */
async function changes(workspace) {
  return {
    write: await outcome(workspace.writeFile(at('a'), body('A'))),
    update: await outcome(workspace.updateFile(at('a'), ({ text }) => `${text}more\n`)),
    inPlace: await outcome(workspace.writeFile(at('linked'), body('L'))),
    create: await outcome(workspace.createFile(at('new'), body('n'))),
    createDeep: await outcome(workspace.createFile(at('deep/er/new'), body('n'), { parents: true })),
    writes: settled(
      await workspace.writeFiles(files.map((file) => ({ path: at(file), data: body(file.toUpperCase()) }))),
    ),
    edits: settled(
      await workspace.writeSnippets(files.map((file) => ({ path: at(file), find: 'end', replacement: 'END' }))),
    ),
  };
}

/** What lies there: the hash of each file, and directories; our own folder and the filling left out. */
function contents() {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, name: path.relative(directory, path.join(entry.parentPath ?? entry.path, entry.name)) }))
    .filter(({ name }) => !/^(\.ploke-io$|\.ploke-io\/|lost\+found|filler)/.test(name));
  const told = entries.map(({ entry, name }) => [
    name,
    entry.isFile() ? hashContent(readFileSync(at(name))) : 'directory',
  ]);
  return Object.fromEntries(told);
}

/** The version that it replaces is closed, so that its space and its inode are free, before anything is filled. */
async function writeFirst(workspace) {
  await workspace.writeFile(at('a'), body('a'));
  await loadAddon().settleJobs();
}

async function prepare(mount) {
  mkdirSync(directory, { recursive: true });
  mount();
  for (const file of files) writeFileSync(at(file), body(file));
  writeFileSync(at('linked'), body('l'));
  linkSync(at('linked'), at('linked too'));
  const workspace = await openWorkspace({ roots: [directory], inPlace: 'when-required' });
  return { workspace, before: contents() };
}

const tmpfs = (options) => () => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
const image = path.join(folder, 'image');

function makeImage(make, megabytes) {
  writeFileSync(image, '');
  truncateSync(image, megabytes * 2 ** 20);
  execFileSync(make, ['-q', image], { stdio: 'pipe' });
  mountAgain();
}

function mountAgain() {
  if (readdirSync(directory).length > 0) execFileSync('umount', [directory]);
  execFileSync('mount', ['-o', 'loop', image, directory], { stdio: 'pipe' });
}

const mountDisk = () => makeImage('mkfs.ext4', 64);
const stopArguments = ['-o', 'remount,abort', directory];
const stopDisk = () => execFileSync('mount', stopArguments, { stdio: 'pipe' });

/** Fills the file system; `make` writes one more piece. Gives the code of the failure that ended it. */
function fill(make) {
  for (let piece = 0; ; piece += 1) {
    try {
      make(at(`filler${piece}`));
    } catch (error) {
      return codeOf(error);
    }
  }
}

function empty() {
  for (const file of readdirSync(directory).filter((entry) => entry.startsWith('filler'))) rmSync(at(file));
}

/** The same changes on a file system that is used up, by a workspace that has written before and by one that has not. */
async function exhausted(mount, make) {
  const { workspace, before } = await prepare(mount);
  await writeFirst(workspace);
  const filled = fill(make);
  const fresh = await openWorkspace({ roots: [directory], inPlace: 'when-required' });
  const report = {
    filled,
    plain: plainWrite('plain'),
    before,
    changes: await changes(workspace),
    first: await changes(fresh),
    read: (await workspace.readFile(at('a'))).hash === before.a,
    after: contents(),
  };
  report.plainAfter = plainWrite('plain');
  empty();
  const freed = { freed: await changes(fresh), removed: await outcome(workspace.removeFile(at('b'))) };
  await Promise.all([workspace.close(), fresh.close()]);
  return { ...report, ...freed, ownersLeft: existsSync(at('.ploke-io')) };
}

const cases = {
  space: () => exhausted(tmpfs('size=1m'), (file) => writeFileSync(file, Buffer.alloc(4_096))),

  inodes: () => exhausted(tmpfs('size=4m,nr_inodes=40'), (file) => writeFileSync(file, '')),

  async 'room for some'() {
    const { workspace, before } = await prepare(tmpfs('size=1m'));
    await writeFirst(workspace);
    const filled = fill((file) => writeFileSync(file, Buffer.alloc(4_096)));
    // Room for two of three new versions beside the old ones: each is 15 pages.
    for (let piece = 0; piece < 36; piece += 1) rmSync(at(`filler${piece}`));
    const edits = files.map((file) => ({ path: at(file), find: 'end', replacement: 'END' }));
    const results = await workspace.writeSnippets(edits);
    const after = contents();
    await workspace.close();
    const isNew = (file) => after[file] === hashContent(body(file).replace('end', 'END'));
    return {
      results: settled(results),
      filled,
      wrong: files.filter((file, index) =>
        results[index].status === 'fulfilled' ? !isNew(file) : after[file] !== before[file],
      ),
      names: Object.keys(after).sort(),
    };
  },

  async quota() {
    const { workspace, before } = await prepare(() => {
      makeImage('mkfs.btrfs', 200);
      execFileSync('btrfs', ['quota', 'enable', directory], { stdio: 'pipe' });
      execFileSync('btrfs', ['qgroup', 'limit', '2M', directory], { stdio: 'pipe' });
    });
    await writeFirst(workspace);
    // Space is reserved by the page and given back late: small pieces, each on the disk before the next.
    const filled = fill((file) => writeFileSync(file, Buffer.alloc(16_384, 'f'), { flush: true }));
    const report = { filled, plain: plainWrite('plain'), before, changes: await changes(workspace), after: contents() };
    report.plainAfter = plainWrite('plain');
    report.read = (await workspace.readFile(at('a'))).hash === before.a;
    execFileSync('btrfs', ['qgroup', 'limit', 'none', directory], { stdio: 'pipe' });
    const freed = await changes(workspace);
    await workspace.close();
    return { ...report, freed };
  },

  // As after an error of the disk: it does not wait until nothing is open for writing.
  async 'read-only'() {
    const { workspace, before } = await prepare(mountDisk);
    await workspace.writeFile(at('a'), body('a'));
    execFileSync('sync', ['-f', directory]);
    // Between the read and the commit of one call.
    const between = await outcome(
      workspace.updateFile(at('a'), ({ text }) => {
        stopDisk();
        return `${text}more\n`;
      }),
    );
    const report = { between, plain: plainWrite('plain'), before, changes: await changes(workspace) };
    report.read = (await workspace.readFile(at('a'))).hash === before.a;
    report.remove = await outcome(workspace.removeFile(at('b')));
    report.rename = await outcome(workspace.rename(at('b'), at('d')));
    report.directory = await outcome(workspace.createDirectory(at('directory')));
    report.after = contents();
    report.closed = await outcome(workspace.close());
    mountAgain();
    report.mounted = contents();
    const next = await openWorkspace({ roots: [directory], inPlace: 'when-required' });
    report.freed = await changes(next);
    await next.close();
    return { ...report, ownersLeft: existsSync(at('.ploke-io')) };
  },

  async 'read-only at any moment'() {
    const { workspace } = await prepare(mountDisk);
    const names = Array.from({ length: 100 }, (_, index) => `file${index}`);
    for (const file of names) writeFileSync(at(file), 'round 0\n');
    const roundOf = (file) => Number(/^round (\d+)\n$/.exec(readFileSync(at(file), 'utf8'))?.[1]);
    const confirmed = new Map();
    const wrong = [];
    const count = { fulfilled: 0, rejected: 0 };
    let stopping;
    for (let round = 1; count.rejected === 0; round += 1) {
      const earlier = names.map(roundOf);
      const writing = workspace.writeFiles(names.map((file) => ({ path: at(file), data: `round ${round}\n` })));
      if (round === 3) stopping = once(spawn('mount', stopArguments, { stdio: 'ignore' }), 'close');
      for (const [index, result] of (await writing).entries()) {
        const file = names[index];
        count[result.status] += 1;
        const isNew = result.status === 'fulfilled' || result.reason.committed === true;
        if (roundOf(file) !== (isNew ? round : earlier[index])) wrong.push(`${file}: ${JSON.stringify(result)}`);
        if (result.status === 'fulfilled') confirmed.set(file, round);
        else if (!['EROFS', 'EIO', 'ERR_PLOKE_NOT_DURABLE'].includes(result.reason.code))
          wrong.push(told(result.reason));
      }
    }
    await stopping;
    const plain = plainWrite('plain');
    await workspace.close();
    mountAgain();
    // What was acknowledged is on the disk; a later version may be too.
    for (const [file, round] of confirmed) {
      if (!(roundOf(file) >= round)) wrong.push(`${file}: ${round} was acknowledged, ${roundOf(file)} is there`);
    }
    const next = await openWorkspace({ roots: [directory], durability: 'none' });
    await next.createFile(at('last'), 'last\n');
    await next.close();
    const strangers = Object.keys(contents()).filter((file) => file.startsWith('.'));
    return { wrong, count, plain, strangers, ownersLeft: existsSync(at('.ploke-io')) };
  },
};

console.log(JSON.stringify(await cases[name]()));
