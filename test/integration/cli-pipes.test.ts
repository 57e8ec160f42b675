import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { finished } from '../support/child.js';
import { printed, runCommand as run, startCommand } from '../support/command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

test('a reader that has seen enough ends watch in silence, and leaves nothing behind', async () => {
  const directory = temporaryDirectory();
  const child = startCommand(['watch', directory, '--json', '--debounce', '0']);
  const ended = finished(child);
  await printed(child, 'stdout', /watching/);
  child.stdout.destroy();
  writeFileSync(path.join(directory, 'a'), '');
  expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(readdirSync(directory)).toEqual(['a']);
});

test('a reader that has seen enough does not make of a write a failure', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { file: 'old' });
  const child = startCommand(['write', 'file'], { cwd: directory });
  const ended = finished(child);
  child.stdout.destroy();
  child.stdin.end('new');
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(path.join(directory, 'file'), 'utf8')).toBe('new');
  expect(readdirSync(directory)).toEqual(['file']);
});

test('standard error that nobody reads changes nothing', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { file: 'old' });
  const child = startCommand(['hash', 'missing', 'file'], { cwd: directory });
  const ended = finished(child);
  child.stderr.destroy();
  expect(await ended).toMatchObject({ code: 1, stdout: expect.stringMatching(/^sha256-[0-9a-f]{64} {2}file\n$/) });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s while demo runs ends it with %i, and its copy is removed', async (signal, code) => {
  const temporary = temporaryDirectory();
  const child = startCommand(['demo'], { environment: { TMPDIR: temporary } });
  const ended = finished(child);
  await printed(child, 'stdout', /at work on a copy/);
  child.kill(signal);
  expect(await ended).toMatchObject({ code, signal: null, stderr: '' });
  expect(readdirSync(temporary)).toEqual([]);
});

test('SIGTERM while write waits for its input ends it with 143, and the file is as it was', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { file: 'old' });
  // Says so when somebody waits for what comes: by then the command listens to signals.
  const told = "process.stdin.on('newListener', (name) => { if (name === 'readable') console.error('reading'); })";
  const preload = `data:text/javascript,${encodeURIComponent(told)}`;
  const child = startCommand(['write', 'file'], {
    cwd: directory,
    environment: { NODE_OPTIONS: `--import=${preload}` },
  });
  const ended = finished(child);
  child.stdin.write('half of the con');
  await printed(child, 'stderr', /reading/);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 143, signal: null, stdout: '', stderr: 'reading\n' });
  expect(readFileSync(path.join(directory, 'file'), 'utf8')).toBe('old');
  expect(readdirSync(directory)).toEqual(['file']);
});

test('nothing is shown of how far it is, and nothing is coloured, where there is no terminal', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { a: 'a' });
  const { stdout, stderr } = await run(['scan', directory], { environment: { FORCE_COLOR: '1' } });
  expect([stdout, stderr]).toEqual(['A a\n', '1 changes, 1 files\n']);
});

test.each([[['read', 'missing']], [['hash', '..']], [['scan', 'missing']], [['read', 'a\0b']], [['frobnicate']]])(
  'an error that the user can put right has no stack, with PLOKE_IO_DEBUG neither: %j',
  async (args) => {
    const directory = temporaryDirectory();
    for (const environment of [{}, { PLOKE_IO_DEBUG: '1' }]) {
      const { code, stderr } = await run(
        args.map((word) => word.replace('\0', '')),
        { cwd: directory, environment },
      );
      expect([1, 2]).toContain(code);
      expect(stderr).toMatch(/^ploke-io: /);
      expect(stderr).not.toMatch(/^ +at /m);
    }
  },
);

test('an error that should not have happened shows its stack only where that is asked for', async () => {
  const broken = "Object.defineProperty(process, 'stdin', { get() { throw new TypeError('broken on purpose'); } })";
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(broken)}`;
  const options = { cwd: temporaryDirectory() };
  const quiet = await run(['write', 'file'], { ...options, environment: { NODE_OPTIONS } });
  expect(quiet.code).toBe(1);
  expect(quiet.stderr).toBe(
    'ploke-io: broken on purpose\n  This should not have happened. PLOKE_IO_DEBUG=1 prints where it did.\n',
  );
  const loud = await run(['write', 'file'], { ...options, environment: { NODE_OPTIONS, PLOKE_IO_DEBUG: '1' } });
  expect(loud.stderr).toMatch(/^ploke-io: broken on purpose\nTypeError: broken on purpose\n +at /);
  const json = await run(['write', 'file', '--json'], { ...options, environment: { NODE_OPTIONS } });
  expect(JSON.parse(json.stderr)).toEqual({ name: 'TypeError', message: 'broken on purpose' });
});
