import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { hashContent, type KnownFileSet, openWorkspace, packKnownFiles, type Workspace } from '../../src/index.js';
import { projectRoot } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

// A known state keeps what a scan has made of it for the next one. Nothing of that may be seen.
const longAgo = new Date('2020-01-01T00:00:00.123Z');
let directory: string;
const at = (name: string) => path.join(directory, name);

beforeEach(() => {
  directory = temporaryDirectory();
});

/** Old enough for its stamp to prove something; the status change is not, so it has to be two seconds old in truth. */
function file(name: string, content = name): string {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
  utimesSync(at(name), longAgo, longAgo);
  return at(name);
}

async function open(roots: readonly string[] = [directory]): Promise<Workspace> {
  const workspace = await openWorkspace({ roots });
  onTestFinished(() => workspace.close());
  return workspace;
}

/** The known state with stamps that prove something: taken until none is young any more. */
async function settled(workspace: Workspace, paths: readonly string[]): Promise<KnownFileSet> {
  let known = packKnownFiles(paths.map((each) => ({ path: each, hash: hashContent('') })));
  do ({ known } = await workspace.scanChanges(known));
  while ([...known].some(({ stamp }) => stamp?.endsWith('y')));
  return known;
}

const hashed = (workspace: Workspace) => workspace.metrics().counters['read.files'] ?? 0;

const names = (changes: readonly { readonly path: string }[]) =>
  changes.map((change) => path.relative(directory, change.path));

describe('of many files in the order in which somebody has them', () => {
  test('exactly those that changed are told, by their indexes, scan after scan', async () => {
    const workspace = await open();
    const paths = [
      ...Array.from({ length: 2_500 }, (_, index) => file(`large/f${index}`)),
      ...Array.from({ length: 900 }, (_, index) => file(`d${index % 300}/f${index}`)),
      ...Array.from({ length: 50 }, (_, index) => file(`top${index}`)),
    ].sort((a, b) => (hashContent(a) < hashContent(b) ? -1 : 1));
    let known = await settled(workspace, paths);
    for (let round = 0; round < 3; round += 1) {
      const touched = paths.filter((_, index) => index % 97 === round).map((each) => path.relative(directory, each));
      for (const name of touched) writeFileSync(at(name), `${name} ${round}`);
      const before = hashed(workspace);
      const result = await workspace.scanChanges(known, { verify: 'stamp' });
      expect(names(result.changes)).toEqual(touched);
      // A stat was enough for the others; what changed in the rounds before is too young to prove anything.
      expect(hashed(workspace) - before).toBeLessThanOrEqual(3 * touched.length);
      expect(result.changes.map(({ index }) => paths[index])).toEqual(touched.map(at));
      expect(result.failures).toEqual([]);
      expect(result.changes.map(({ after }) => after)).toEqual(touched.map((name) => hashContent(`${name} ${round}`)));
      known = result.known;
    }
    expect([...known].map((each) => each.path)).toEqual(paths);
  });
});

describe.each(['content', 'stamp'] as const)('by %s', (verify) => {
  test('where nothing has changed the known state is what it was', async () => {
    const workspace = await open();
    const known = await settled(
      workspace,
      ['a', 'b/c'].map((name) => file(name)),
    );
    const before = hashed(workspace);
    const result = await workspace.scanChanges(known, { verify });
    expect(result.changes).toEqual([]);
    expect(result.known).toBe(known);
    expect(hashed(workspace) - before).toBe(verify === 'content' ? 2 : 0);
  });

  test('where all of very many files have changed each is told once, and the next scan tells none', async () => {
    const workspace = await open();
    const paths = Array.from({ length: 5_000 }, (_, index) => file(`d${index % 7}/f${index}`));
    const known = await settled(workspace, paths);
    // Enough for one native call, after which another one goes on.
    for (const each of paths.slice(0, 3)) writeFileSync(each, Buffer.alloc(17 * 1024 * 1024));
    for (const each of paths.slice(3)) writeFileSync(each, `changed ${each}`);
    const before = hashed(workspace);
    const result = await workspace.scanChanges(known, { verify });
    expect(result.changes.map(({ index }) => index)).toEqual(paths.map((_, index) => index));
    const changed = result.changes.slice(3);
    expect(changed.map(({ after }) => after)).toEqual(changed.map((change) => hashContent(`changed ${change.path}`)));
    expect(hashed(workspace) - before).toBe(5_000);
    expect((await workspace.scanChanges(result.known, { verify })).changes).toEqual([]);
  });

  test('of a file that was written anew with the same content only the stamp is new', async () => {
    const workspace = await open();
    const known = await settled(workspace, [file('a'), file('b')]);
    file('a');
    const result = await workspace.scanChanges(known, { verify });
    expect(result.changes).toEqual([]);
    const [a, b] = [...result.known];
    const [a0, b0] = [...known];
    expect([a?.hash, b]).toEqual([a0?.hash, b0]);
    expect(a?.stamp).not.toBe(a0?.stamp);
  });
});

test('an older state can be scanned again after a newer one', async () => {
  const workspace = await open();
  const older = await settled(
    workspace,
    ['a', 'b'].map((name) => file(name)),
  );
  writeFileSync(at('a'), 'new');
  const newer = await workspace.scanChanges(older, { verify: 'stamp' });
  expect(names(newer.changes)).toEqual(['a']);
  expect(names((await workspace.scanChanges(newer.known, { verify: 'stamp' })).changes)).toEqual([]);
  expect(names((await workspace.scanChanges(older, { verify: 'stamp' })).changes)).toEqual(['a']);
});

test('after a removal the rest is told as before, and what comes again is none of it', async () => {
  const workspace = await open();
  const known = await settled(
    workspace,
    ['a', 'b', 'c'].map((name) => file(name)),
  );
  rmSync(at('b'));
  const result = await workspace.scanChanges(known, { verify: 'stamp' });
  expect(result.changes).toMatchObject([{ index: 1, path: at('b'), after: null }]);
  expect([...result.known].map((each) => each.path)).toEqual([at('a'), at('c')]);
  file('b');
  writeFileSync(at('c'), 'new');
  const next = await workspace.scanChanges(result.known, { verify: 'stamp' });
  expect(next.changes).toMatchObject([{ index: 1, path: at('c') }]);
});

test('paths that no root has are told by every scan, and the others keep their indexes', async () => {
  const workspace = await open();
  const [a, b] = [file('a'), file('b')];
  const hash = hashContent('x');
  const packed = packKnownFiles([
    { path: '/nowhere/at/all', hash },
    { path: a, hash },
    { path: 'relative', hash },
    { path: b, hash },
  ]);
  let known: KnownFileSet = packed;
  for (let round = 0; round < 2; round += 1) {
    const { failures, changes, known: next } = await workspace.scanChanges(known, { verify: 'stamp' });
    expect(failures).toMatchObject([
      { index: 0, reason: { code: 'ERR_PLOKE_OUTSIDE_ROOTS' } },
      { index: 2, reason: { code: 'ERR_PLOKE_INVALID_PATH' } },
    ]);
    expect(changes.map(({ index }) => index)).toEqual(round === 0 ? [1, 3] : []);
    known = next;
  }
});

test('other roots judge the same state anew, in another workspace and after setRoots', async () => {
  mkdirSync(at('one'));
  mkdirSync(at('two'));
  const paths = [file('one/a'), file('two/b')];
  const both = await open([at('one'), at('two')]);
  const known = await settled(both, paths);
  const turned = await open([at('two'), at('one')]);
  writeFileSync(at('two/b'), 'new');
  expect(names((await turned.scanChanges(known, { verify: 'stamp' })).changes)).toEqual(['two/b']);
  expect(names((await both.scanChanges(known, { verify: 'stamp' })).changes)).toEqual(['two/b']);
  await both.setRoots([at('two')]);
  const { changes, failures } = await both.scanChanges(known, { verify: 'stamp' });
  expect(names(changes)).toEqual(['two/b']);
  expect(failures).toMatchObject([{ index: 0, reason: { code: 'ERR_PLOKE_OUTSIDE_ROOTS' } }]);
  await both.setRoots([at('one'), at('two')]);
  expect(await both.scanChanges(known, { verify: 'stamp' })).toMatchObject({ failures: [], changes: [{ index: 1 }] });
});

test('one file under several names and spellings is told under each', async () => {
  const workspace = await open();
  const a = file('d/a');
  symlinkSync('d', at('link'));
  const known = await settled(workspace, [a, a, at('link/a'), `${directory}/d/../d/a`]);
  writeFileSync(a, 'new');
  const { changes } = await workspace.scanChanges(known, { verify: 'stamp' });
  expect(changes.map((change) => [change.index, path.relative(directory, change.path)])).toEqual([
    [0, 'd/a'],
    [1, 'd/a'],
    [2, 'link/a'],
    [3, 'd/a'],
  ]);
});

test('a directory that another one took the place of is looked into anew', async () => {
  const workspace = await open();
  const known = await settled(workspace, [file('d/a'), file('d/b')]);
  file('e/a', 'other');
  renameSync(at('d'), at('old'));
  renameSync(at('e'), at('d'));
  const { changes } = await workspace.scanChanges(known, { verify: 'stamp' });
  expect(changes).toMatchObject([
    { path: at('d/a'), after: hashContent('other') },
    { path: at('d/b'), after: null },
  ]);
});

test.each(['no stamp', '1.1', '2.1.2.3.4.5', '1.01.2.3.4.5', '1.1.2.3.4.5.6', '1.1.2.3.4.ffffffffffffffff0'])(
  'a stamp that is none of ours (%j) proves nothing',
  async (stamp) => {
    const workspace = await open();
    const a = file('a');
    const known = packKnownFiles([{ path: a, hash: hashContent('b'), stamp }]);
    const { changes } = await workspace.scanChanges(known, { verify: 'stamp' });
    expect(changes).toMatchObject([{ path: a, before: hashContent('b'), after: hashContent('a') }]);
  },
);

test('a scan that is aborted leaves the known state as it was', async () => {
  const workspace = await open();
  const known = await settled(
    workspace,
    ['a', 'b'].map((name) => file(name)),
  );
  const aborted = new AbortController();
  const scan = workspace.scanChanges(known, { verify: 'stamp', signal: aborted.signal });
  aborted.abort();
  await expect(scan).rejects.toMatchObject({ code: 'ABORT_ERR' });
  expect((await workspace.scanChanges(known, { verify: 'stamp' })).changes).toEqual([]);
});

test('a directory that is replaced as a whole while it is scanned loses no file', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `f${index}`);
  for (const name of names) file(`store/${name}`);
  mkdirSync(at('v0'));
  symlinkSync('v0', at('current'));
  const script = path.join(projectRoot, 'test/integration/scan-swapped-child.mjs');
  const swapper = spawn(process.execPath, [script, directory, `${names.length}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void swapper.kill());
  await once(swapper.stdout, 'data');
  const workspace = await open();
  const known = packKnownFiles(
    names.map((name) => ({ path: at(`current/${name}`), hash: hashContent(`store/${name}`) })),
  );
  for (let round = 0; round < 150; round += 1) {
    for (const verify of ['content', 'stamp'] as const) {
      const { changes, failures } = await workspace.scanChanges(known, { verify });
      expect(changes.map((change) => change.path)).toEqual([]);
      expect(failures).toEqual([]);
    }
  }
  swapper.stdin.end();
  await once(swapper, 'close');
});
