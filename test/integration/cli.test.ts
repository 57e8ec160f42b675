import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashContent } from '../../src/index.js';
import { projectRoot, runShell } from '../support/child.js';
import { commandPath, runCommand as run } from '../support/command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

const otherHash = hashContent('something else');

test('demo shows every promise kept on the real sources, and cleans up', async () => {
  const { code, stdout, stderr } = await run(['demo']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  for (const shown of [
    /Listing/,
    /Verified batch read/,
    /Edit by splice/,
    /\+This line was added by the demo/,
    /ERR_PLOKE_CONTENT_MISMATCH/,
    /expected sha256-[0-9a-f]{64}\n +found {4}sha256-[0-9a-f]{64}\n/,
    /ERR_PLOKE_SYMLINK_ESCAPE/,
    /created project\/notes\/demo\/hello\.txt\n +receipt: atomic, durability/,
    /the scan finds exactly these three/,
    /All \d+ checks hold/,
  ]) {
    expect(stdout).toMatch(shown);
  }
  expect(stdout).not.toContain('SURPRISE');
  const folder = /in (\/.*ploke-io-demo-\S+)/.exec(stdout)?.[1] ?? '/';
  expect(existsSync(folder)).toBe(false);
});

test('demo --json tells the same as data, and --keep leaves the copy', async () => {
  const { code, stdout } = await run(['demo', '--json', '--keep']);
  const report = JSON.parse(stdout) as {
    folder: string;
    ok: boolean;
    checks: number;
    surprises: string[];
    steps: unknown[];
  };
  expect(code).toBe(0);
  expect(report).toMatchObject({ ok: true, surprises: [] });
  expect(report.checks).toBeGreaterThan(15);
  expect(report.steps).toHaveLength(7);
  expect(existsSync(path.join(report.folder, 'project/notes/demo/hello.txt'))).toBe(true);
  rmSync(report.folder, { recursive: true });
});

test('hash prints the hash of each file and fails for those it cannot read', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { a: 'a', b: Uint8Array.of(0xff) });
  const { code, stdout, stderr } = await run(['hash', 'a', 'missing', 'b'], { cwd: directory });
  expect(code).toBe(1);
  expect(stdout).toBe(`${hashContent('a')}  a\n${hashContent(Uint8Array.of(0xff))}  b\n`);
  expect(stderr).toMatch(/^ploke-io: ENOENT/);
  const json = await run(['hash', '--json', '--root', directory, path.join(directory, 'a')]);
  expect(JSON.parse(json.stdout)).toEqual({
    files: [{ path: path.join(directory, 'a'), hash: hashContent('a'), byteLength: 1 }],
    failures: [],
  });
  expect(json.code).toBe(0);
});

test('read prints the bytes asked for, verified', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { file: 'one\ntwo\nthree' });
  const read = (...args: string[]) => run(['read', 'file', ...args], { cwd: directory });
  const hash = hashContent('one\ntwo\nthree');
  expect(await read()).toMatchObject({ code: 0, stdout: 'one\ntwo\nthree' });
  expect(await read('--lines', '2:2')).toMatchObject({ code: 0, stdout: 'two\n' });
  expect(await read('--lines', '2:')).toMatchObject({ stdout: 'two\nthree' });
  expect(await read('--range', '4:7', '--expect', hash)).toMatchObject({ code: 0, stdout: 'two' });
  expect(JSON.parse((await read('--range', ':3', '--json')).stdout)).toMatchObject({
    text: 'one',
    hash,
    byteLength: 13,
  });
  const stale = await read('--expect', otherHash);
  expect(stale).toMatchObject({ code: 1, stdout: '' });
  expect(stale.stderr).toContain(`expected ${otherHash}\n  found    ${hash}`);
  const json = await read('--expect', otherHash, '--json');
  expect(JSON.parse(json.stderr)).toMatchObject({ code: 'ERR_PLOKE_CONTENT_MISMATCH', actualHash: hash });
});

test('nothing outside the root is read or written', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { 'root/': '', 'outside/secret': 'SECRET' });
  symlinkSync('../outside', path.join(directory, 'root/link'));
  const options = { cwd: path.join(directory, 'root'), input: 'data' };
  for (const args of [
    ['read', '../outside/secret'],
    ['read', 'link/secret'],
    ['hash', 'link/secret'],
    ['write', 'link/secret'],
    ['write', '--create', '../outside/new'],
  ]) {
    const { code, stdout, stderr } = await run(args, options);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).not.toContain('SECRET');
  }
  expect(readdirSync(path.join(directory, 'outside'))).toEqual(['secret']);
  expect(readFileSync(path.join(directory, 'outside/secret'), 'utf8')).toBe('SECRET');
});

test('write creates, replaces the expected version, and refuses everything else', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  const write = (input: string, ...args: string[]) => run(['write', 'file', ...args], { cwd: directory, input });
  expect(await write('one')).toMatchObject({ code: 1 });
  const created = await write('one', '--create');
  expect(created).toMatchObject({ code: 0 });
  expect(created.stdout).toContain(`created ${file}\n  ${hashContent('one')} (3 bytes)\n  atomic, durability`);
  expect(await write('two', '--create')).toMatchObject({ code: 1, stderr: expect.stringContaining('EEXIST') });
  expect(await write('two', '--expect', otherHash)).toMatchObject({ code: 1 });
  expect(readFileSync(file, 'utf8')).toBe('one');
  const replaced = await write('two', '--expect', hashContent('one'), '--json');
  expect(JSON.parse(replaced.stdout)).toMatchObject({
    outcome: 'replaced',
    previousHash: hashContent('one'),
    path: file,
  });
  expect(readFileSync(file, 'utf8')).toBe('two');
});

test('scan prints what changed since the state was kept, and advances it', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { 'tree/a': 'a', 'tree/d/b': 'b', 'tree/ignored.log': '', 'tree/.gitignore': '*.log\n' });
  const at = (name: string) => path.join(directory, name);
  const scan = (...args: string[]) =>
    run(['scan', 'tree', '--state', 'state.json', '--gitignore', ...args], { cwd: directory });
  expect((await scan()).stdout).toBe('A .gitignore\nA a\nA d/b\n');
  expect(await scan()).toMatchObject({ code: 0, stdout: '', stderr: '0 changes, 3 files, state kept in state.json\n' });
  writeFileSync(at('tree/a'), 'A');
  writeFileSync(at('tree/c'), 'c');
  rmSync(at('tree/d/b'));
  expect((await scan('--verify', 'stamp')).stdout).toBe('M a\nA c\nD d/b\n');
  writeFileSync(at('tree/c'), 'C');
  expect(JSON.parse((await scan('--json')).stdout)).toEqual({
    changes: [{ kind: 'modified', path: 'c', before: hashContent('c'), after: hashContent('C') }],
    files: 3,
    failures: [],
    warnings: [],
  });
  expect((await run(['scan', at('tree')])).stdout.split('\n')).toHaveLength(5);
  writeFileSync(at('state.json'), '{"format":"other"}');
  expect(await scan()).toMatchObject({ code: 1, stderr: expect.stringContaining('no state of a scan') });
  expect(readFileSync(at('state.json'), 'utf8')).toBe('{"format":"other"}');
});

test('a state within the directory that is scanned is no file of it', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { a: 'a' });
  const scan = () => run(['scan', '.', '--state', 'state.json'], { cwd: directory });
  expect((await scan()).stdout).toBe('A a\n');
  expect((await scan()).stdout).toBe('');
});

test('a name that holds control characters cannot move the cursor, nor make a second line', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { '\u001b[2Jgone': '', 'a\nM forged': '', '\u009bx': '' });
  const { stdout } = await run(['scan', directory]);
  expect(stdout.split('\n').toSorted()).toEqual(['', 'A "\\u001b[2Jgone"', 'A "\\u009bx"', 'A "a\\nM forged"']);
});

test('help and version are printed, and name the exit codes', async () => {
  const help = await run(['--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  const names = ['demo', 'hash', 'read', 'scan', 'watch', 'write', 'patch', 'lock'];
  for (const name of names) expect(help.stdout).toMatch(new RegExp(`^  ${name} .*\\.$`, 'm'));
  expect(help.stdout).toContain('Exit codes:\n  0      Done.');
  const { version } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as { version: string };
  expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test.each(['--help', '-h'])('read %s prints the page of that command and of no other', async (option) => {
  const { code, stdout, stderr } = await run(['read', 'file', option]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: ploke-io read \[OPTION\.\.\.\] FILE\n/);
  expect(stdout).toContain('--lines FIRST:LAST');
  expect(stdout).not.toMatch(/--state|scan/);
});

test.each([
  [[]],
  [['frobnicate']],
  [['read']],
  [['read', 'a', 'b']],
  [['read', 'a', '--lines', '1-2']],
  [['read', 'a', '--lines', '0:1']],
  [['read', 'a', '--range', '9:1']],
  [['read', 'a', '--range', '1:2', '--lines', '1:2']],
  [['read', 'a', '--expect', 'sha256-1']],
  [['read', 'a', '--unknown']],
  [['write', 'a', '--create', '--expect', otherHash]],
  [['scan']],
  [['scan', '.', '--verify', 'mtime']],
  [['demo', 'extra']],
  [['patch', 'one', 'two']],
  [['patch', '--min-similarity', '2']],
  [['lock', 'file']],
  [['lock', 'file', '--']],
  [['lock', 'file', 'true']],
  [['lock', 'file', '--timeout', 'soon', '--', 'true']],
])('a wrong command line is exit code 2 and touches nothing: %j', async (args) => {
  const directory = temporaryDirectory();
  const { code, stdout, stderr } = await run(args, { cwd: directory });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^ploke-io: .+\nTry 'ploke-io (\w+ )?--help'\.\n$/s);
  expect(readdirSync(directory)).toEqual([]);
});

test('of a command that exists, its own page is offered', async () => {
  expect((await run(['scan'])).stderr).toContain("Try 'ploke-io scan --help'.");
});

test('output that cannot be written is a failure in one line', async () => {
  const { code, stderr } = await runShell(`exec "${process.execPath}" "${commandPath}" --help > /dev/full`, {});
  expect(code).toBe(1);
  expect(stderr).toMatch(/^ploke-io: ENOSPC: .*\n$/);
});
