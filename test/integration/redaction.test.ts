import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace, type PlokeIoError, type WorkspaceOptions } from '../../src/index.js';
import { everyText } from '../redaction/every-text.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { recordCalls, recordSlow } from '../support/told.js';

/** In the name of every file. */
const inside = 'inner-marker';
/** In the way to the roots and in everything beside them. */
const outside = 'outer-marker';

interface Stage {
  readonly root: string;
  /** A path in the root, with the marker in its name. */
  readonly at: (name: string) => string;
  /** A path beside the root. */
  readonly beside: (name: string) => string;
  readonly open: (options?: Partial<WorkspaceOptions>) => ReturnType<typeof openWorkspace>;
}

function stage(redactPaths: 'relative' | 'hash'): Stage {
  const directory = path.join(temporaryDirectory(), outside);
  const root = path.join(directory, 'root');
  mkdirSync(root, { recursive: true });
  const open = async (options: Partial<WorkspaceOptions> = {}) => {
    const workspace = await openWorkspace({ roots: [root], durability: 'none', redactPaths, ...options });
    onTestFinished(() => workspace.close());
    return workspace;
  };
  const beside = (name: string) => path.join(directory, `${outside}-${name}`);
  return { root, at: (name) => path.join(root, `${inside}-${name}`), beside, open };
}

const reasonOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => expect.unreachable(`resolved to ${everyText(value)}`),
    (reason: unknown) => reason,
  );

const rejections = (results: readonly { readonly status: string }[]): unknown[] =>
  results.map((result) => ('reason' in result ? result.reason : expect.unreachable()));

/** Every way out of a workspace, by what comes out of it. */
const outputs: Readonly<Record<string, (stage: Stage) => Promise<readonly unknown[]>>> = {
  'what is missing, for every method': async ({ at, open }) => {
    const workspace = await open();
    const file = at('missing');
    const calls = [
      workspace.readFile(file),
      workspace.stat(file),
      workspace.listDirectory(file),
      workspace.writeFile(file, 'x'),
      workspace.removeFile(file),
      workspace.removeDirectory(file),
      workspace.rename(file, at('other')),
      workspace.createFile(at('no/file'), 'x'),
      workspace.createDirectory(at('no/directory')),
      workspace.updateFile(at('no/file'), () => 'x'),
      workspace.lock(file),
      workspace.capabilities(file),
    ];
    return Promise.all(calls.map(reasonOf));
  },
  'the items of every batch': async ({ at, open }) => {
    const workspace = await open();
    const file = at('missing');
    const expectedHash = hashContent('x');
    const results = [
      ...(await workspace.readFiles([{ path: file }])),
      ...(await workspace.readSnippets([{ path: file, start: 0, end: 1 }])),
      ...(await workspace.writeFiles([{ path: file, data: 'x' }])),
      ...(await workspace.createFiles([{ path: at('no/file'), data: 'x' }])),
      ...(await workspace.writeSnippets([{ path: file, start: 0, end: 1, replacement: '', expectedHash }])),
      ...(await workspace.applyPatches([
        { path: file, diff: `--- a/${inside}\n+++ b/${inside}\n@@ -1 +1 @@\n-a\n+b\n` },
      ])),
    ];
    return rejections(results);
  },
  'the failures of a scan': async ({ root, at, beside, open }) => {
    const workspace = await open();
    symlinkSync(beside('target'), at('link'));
    const hash = hashContent('x');
    const known = [at('link'), beside('file'), root].map((file) => ({ path: file, hash }));
    const { failures } = await workspace.scanChanges(known);
    expect(failures).toHaveLength(3);
    return failures.map(({ reason }) => reason);
  },
  'refusals of the policy': async ({ root, at, beside, open }) => {
    mkdirSync(beside('directory'));
    writeFileSync(beside('target'), 'x');
    symlinkSync(beside('target'), at('escape'));
    symlinkSync(beside('dangling'), at('escape-to-nothing'));
    const workspace = await open();
    const there = await reasonOf(workspace.readFile(at('escape')));
    const nothing = await reasonOf(workspace.readFile(at('escape-to-nothing')));
    expect(there).toMatchObject({ code: 'ERR_PLOKE_SYMLINK_ESCAPE' });
    expect(nothing).toMatchObject({ code: 'ERR_PLOKE_SYMLINK_ESCAPE' });
    const outer = [beside('target'), beside('nothing'), path.dirname(root), `${root}-${inside}`];
    return [there, nothing, ...(await Promise.all(outer.map((file) => reasonOf(workspace.readFile(file)))))];
  },
  'paths that are none': async ({ root, open }) => {
    const workspace = await open();
    const bad = [
      `${inside}/${outside}`,
      `/${outside}\0${inside}`,
      `/${outside}\ud800${inside}`,
      `/${outside}/${`${inside}/`.repeat(20_000)}`,
      `${root}/.ploke-io/${inside}`,
      `${root}/../${outside}`,
      pathToFileURL(`/${outside}/${inside}?x`),
      new URL(`https://${outside}.example/${inside}`),
      new URL(`file:///${outside}/${inside}?x`),
      new URL(`file:///${outside}%2f${inside}`),
      new URL(`file://${outside}/${inside}`),
    ];
    const reasons = await Promise.all(bad.map((given) => reasonOf(workspace.readFile(given))));
    const results = await workspace.readFiles(bad.map((given) => ({ path: given })));
    return [...reasons, ...rejections(results)];
  },
  'values that came to the wrong place': async ({ at, beside, open }) => {
    const workspace = await open();
    const wrong = at('file') as never;
    const calls = [
      workspace.readFile(at('file'), { encoding: wrong }),
      workspace.readFile(at('file'), { expectedHash: wrong }),
      workspace.readFile(at('file'), { [at('file')]: 1 } as never),
      workspace.readFile(at('file'), wrong),
      workspace.readFiles(wrong),
      workspace.scanChanges(wrong),
      workspace.scanChanges([{ path: at('file'), hash: wrong }]),
      workspace.setRoots(wrong),
      workspace.setRoots([beside('missing')]),
      workspace.setRoots([outside]),
      workspace.writeFile(at('file'), 'x', { lock: wrong }),
      workspace.capabilities(wrong),
    ];
    const now = [
      () => workspace.createReadStream(outside),
      () => workspace.createReadStream(beside('file')),
      () => workspace.listFiles({ under: beside('file') }),
      () => workspace.listFiles({ types: [wrong] }),
      () => workspace.events(),
    ];
    const thrown = now.map((call) => {
      try {
        return expect.unreachable(String(call()));
      } catch (error) {
        return error;
      }
    });
    return [...(await Promise.all(calls.map(reasonOf))), ...thrown];
  },
  'a workspace that cannot be opened': async ({ root, at, beside, open }) => {
    writeFileSync(at('file'), 'x');
    const options: Record<string, unknown>[] = [
      { roots: [beside('missing')] },
      { roots: [root, at('file')] },
      { roots: [outside] },
      { roots: beside('missing') },
      { [beside('missing')]: true },
      { symlinks: beside('missing') },
      { roots: [path.join(root, '.ploke-io', inside)] },
    ];
    return Promise.all(options.map((given) => reasonOf(open(given))));
  },
  'a stream': async ({ at, open }) => {
    const workspace = await open();
    return [await reasonOf(workspace.createReadStream(at('missing')).getReader().read())];
  },
  'the warnings and the errors of a listing': async ({ root, at, open }) => {
    const workspace = await open();
    mkdirSync(at('directory'));
    writeFileSync(path.join(at('directory'), '.gitignore'), 'x'.repeat(1024 * 1024 + 1));
    writeFileSync(path.join(root, '.gitignore'), `${'x/**/y/**/z/**/'.repeat(2)}\n`);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/${inside}`), Buffer.from([0xff])]), 'x');
    const listing = workspace.listFiles({ gitignore: true, types: ['file', 'directory'] });
    const entries: unknown[] = [];
    for await (const entry of listing) entries.push(entry);
    expect(everyText(entries)).toContain(inside);
    expect(listing.warnings.map(({ code }) => code).sort()).toEqual([
      'ERR_PLOKE_FILE_TOO_LARGE',
      'PLOKE_IGNORE_PATTERN',
      'PLOKE_NAME_NOT_UTF8',
    ]);
    const missing = workspace.listFiles({ under: at('missing') })[Symbol.asyncIterator]();
    return [...listing.warnings, await reasonOf(missing.next())];
  },
  'a lock, its holders and its signal': async ({ at, beside, open }) => {
    const workspace = await open();
    writeFileSync(at('file'), 'x');
    const lock = await workspace.lock(at('file'), { purpose: `rewrites ${at('file')}` });
    const other = await open();
    const waited = await reasonOf(other.lock(at('file'), { lockTimeoutMs: 0 }));
    expect(waited).toMatchObject({ code: 'ERR_PLOKE_LOCK_TIMEOUT' });
    const { signal } = lock;
    writeFileSync(beside('new'), 'y');
    const lost = new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));
    renameSync(beside('new'), at('file'));
    const reason = await lost;
    expect(reason).toMatchObject({ code: 'ERR_PLOKE_LOCK_LOST' });
    const aborted = await reasonOf(workspace.readFile(at('file'), { signal }));
    expect((aborted as PlokeIoError).cause).toBe(reason);
    const used = await reasonOf(workspace.writeFile(at('file'), 'z', { lock }));
    return [waited, reason, aborted, used];
  },
  'the reason of a signal': async ({ at, open }) => {
    const workspace = await open();
    const reason = Object.assign(new Error(`no time for ${at('file')}`), { path: at('file') });
    const aborted = await reasonOf(workspace.readFile(at('file'), { signal: AbortSignal.abort(reason) }));
    const byText = await reasonOf(workspace.readFile(at('file'), { signal: AbortSignal.abort(at('file')) }));
    return [aborted, byText];
  },
  'the warnings of results and of the workspace': async ({ root, at, open }) => {
    const workspace = await open();
    writeFileSync(at('file'), 'x');
    // Something else has the name of the folder where owners and locks are written down.
    writeFileSync(path.join(root, '.ploke-io'), '');
    await using _lock = await workspace.lock(at('file'), { purpose: 'test' });
    const [batch] = await workspace.writeFiles([{ path: at('other'), data: 'x' }]);
    expect(batch).toMatchObject({ status: 'rejected' });
    await workspace.createFile(at('first'), 'x');
    const { warnings } = await workspace.writeFile(at('first'), 'y');
    const [settled] = await workspace.writeFiles([{ path: at('first'), data: 'z' }]);
    const ofItem = settled?.status === 'fulfilled' ? settled.value.warnings : [];
    expect([...workspace.warnings, ...warnings, ...ofItem].map(({ code }) => code)).toEqual([
      'PLOKE_NO_LOCK_RECORD',
      'PLOKE_NO_OWNER_FILE',
      'PLOKE_NO_OWNER_FILE',
    ]);
    return [workspace.warnings, warnings, ofItem];
  },
  'what is told on the channels of telemetry': async ({ at, open }) => {
    const told: unknown[] = recordCalls().all;
    const slow = recordSlow();
    const workspace = await open({ slowOperationMs: 0 });
    await workspace.createFile(at('file'), 'x');
    await reasonOf(workspace.readFile(at('missing')));
    await workspace.readFiles([{ path: at('missing') }]);
    await reasonOf(workspace.createReadStream(at('missing')).getReader().read());
    for await (const _entry of workspace.listFiles());
    const thrown = new Error(at('file'));
    const failing = workspace.updateFile(at('file'), () => {
      throw thrown;
    });
    expect(await reasonOf(failing)).toBe(thrown);
    expect(told.length).toBeGreaterThan(10);
    expect(slow.length).toBeGreaterThan(0);
    return [...told, ...slow];
  },
  'a lost root, as an event': async ({ root, open }) => {
    const workspace = await open({ watch: { debounceMs: 0 } });
    const events = workspace.events();
    rmSync(root, { recursive: true });
    for await (const event of events) if (event.type === 'root-lost') return [event.reason];
    return expect.unreachable();
  },
};

describe.each(['hash', 'relative'] as const)("redactPaths: '%s'", (mode) => {
  test.each(Object.entries(outputs))('%s', async (_what, act) => {
    const given = stage(mode);
    const told = await act(given);
    expect(told.length).toBeGreaterThan(0);
    for (const output of told) {
      const text = everyText(output);
      expect(text).not.toContain(outside);
      if (mode === 'hash') expect(text).not.toContain(inside);
    }
  });
});

test('a refusal of the policy is the same whether the target of a link outside is there or not', async () => {
  const { at, beside, open } = stage('hash');
  const workspace = await open({ redactPaths: 'none' });
  const [link, below] = [at('link'), path.join(at('link'), 'below')];
  symlinkSync(beside('target'), link);
  const hash = hashContent('x');
  const calls = [link, below].flatMap((file) => [
    () => workspace.readFile(file),
    () => workspace.stat(file),
    () => workspace.listDirectory(file),
    () => workspace.createReadStream(file).getReader().read(),
    () => workspace.listFiles({ under: file })[Symbol.asyncIterator]().next(),
    () => workspace.writeFile(file, 'x', { ifMissing: 'create', parents: true }),
    () => workspace.updateFile(file, () => 'x'),
    () => workspace.lock(file, { lockTimeoutMs: 0 }),
    () => workspace.capabilities(file),
    async () => rejections(await workspace.readFiles([{ path: file }])),
    async () => (await workspace.scanChanges([{ path: file, hash }])).failures,
    async () => rejections(await workspace.writeSnippets([{ path: file, find: 'x', replacement: 'y' }])),
  ]);
  const names = [
    () => workspace.createFile(below, 'x'),
    () => workspace.removeFile(below),
    () => workspace.createDirectory(below),
  ];
  const told = async () => {
    const outcomes = await Promise.all([...calls, ...names].map((call) => call().catch((reason: unknown) => reason)));
    return outcomes.map((outcome) => JSON.stringify(outcome));
  };
  const nothing = await told();
  writeFileSync(beside('target'), 'x');
  const file = await told();
  rmSync(beside('target'));
  mkdirSync(path.join(beside('target'), 'below'), { recursive: true });
  const directory = await told();
  expect(nothing.join('\n')).not.toContain(outside.concat('-'));
  expect(file).toEqual(nothing);
  expect(directory).toEqual(nothing);
  for (const text of nothing) expect(text).toMatch(/ERR_PLOKE_SYMLINK_(?:ESCAPE|DENIED)/);
});

test('equal paths have equal texts in errors and warnings of one workspace', async () => {
  const { at, open } = stage('hash');
  const workspace = await open();
  const [first, second] = [await reasonOf(workspace.stat(at('a'))), await reasonOf(workspace.readFile(at('a')))];
  expect(first).toMatchObject({ path: expect.stringMatching(/^path-[0-9a-f]{16}$/) });
  expect((second as PlokeIoError).path).toBe((first as PlokeIoError).path);
  expect((await reasonOf(workspace.stat(at('b')))) as PlokeIoError).not.toHaveProperty(
    'path',
    (first as PlokeIoError).path,
  );
});

test('the roots are told by their places, and follow setRoots', async () => {
  const { root, beside, open } = stage('relative');
  const other = beside('other');
  mkdirSync(other);
  const workspace = await open({ roots: [other, root] });
  expect(await reasonOf(workspace.stat(path.join(root, 'src/a.ts')))).toHaveProperty('path', '<root 1>/src/a.ts');
  await workspace.setRoots([root]);
  expect(await reasonOf(workspace.stat(path.join(root, 'src/a.ts')))).toHaveProperty('path', '<root 0>/src/a.ts');
  expect(await reasonOf(open({ roots: [root, path.join(root, 'missing')] }))).toHaveProperty('path', '<root 1>');
});

test('what a call returns as data is told in full', async () => {
  const { root, at, open } = stage('hash');
  const workspace = await open({ watch: { debounceMs: 0 } });
  const events = workspace.events();
  const file = at('file');
  const made = await workspace.createFile(file, 'x');
  expect(made.path).toBe(file);
  expect((await workspace.readFile(file)).path).toBe(file);
  expect((await workspace.stat(file)).path).toBe(file);
  expect(await workspace.listDirectory(root)).toMatchObject([{ path: file }]);
  expect(await workspace.readFiles([{ path: file }])).toMatchObject([{ value: { path: file } }]);
  expect((await events.next()).value).toMatchObject({ type: 'create', path: file, root });
  const { changes } = await workspace.scanChanges([{ path: file, hash: hashContent('y') }]);
  expect(changes).toMatchObject([{ path: file }]);
  await using lock = await workspace.lock(file);
  expect(lock.path).toBe(file);
  expect((await workspace.writeFile(file, 'y', { lock })).path).toBe(file);
  expect(workspace.roots).toEqual([root]);
});

test('what the function of updateFile throws reaches the caller as it is', async () => {
  const { at, open } = stage('hash');
  const workspace = await open();
  const own = new Error(at('file'));
  const failing = workspace.updateFile(at('file'), () => {
    throw own;
  });
  expect(await reasonOf(failing)).toBe(own);
});

test('an error of our class that the function of updateFile throws is that error, and telemetry tells it redacted', async () => {
  const { at, beside, open } = stage('hash');
  const workspace = await open();
  const other = await openWorkspace({ roots: [path.dirname(at('file'))] });
  onTestFinished(() => other.close());
  const calls = recordCalls();
  const own = await reasonOf(other.readFile(beside('file')));
  const failing = workspace.updateFile(at('file'), () => Promise.reject(own));
  expect(await reasonOf(failing)).toBe(own);
  const told = calls.ended('updateFile');
  expect(told).toHaveLength(1);
  expect(everyText(told)).not.toContain(inside);
  expect(everyText(told)).not.toContain(outside);
});

test('an option that is no mode is refused, and redacts its own refusal', async () => {
  const { open, at } = stage('hash');
  const error = await reasonOf(open({ redactPaths: at('mode') as never }));
  expect(error).toMatchObject({ code: 'ERR_PLOKE_INVALID_ARGUMENT', details: { argument: 'redactPaths' } });
  expect(everyText(error)).not.toContain(inside);
});

test('nothing is redacted by default', async () => {
  const { root, at } = stage('hash');
  const workspace = await openWorkspace({ roots: [root], redactPaths: 'none' });
  onTestFinished(() => workspace.close());
  const error = (await reasonOf(workspace.stat(at('file')))) as PlokeIoError;
  expect(error.path).toBe(at('file'));
  expect(error.message).toContain(at('file'));
});
