import { readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { finished } from '../support/child.js';
import { printed, runCommand as run, startCommand } from '../support/command.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** Prints `ready`, then each signal that it gets, until a line comes in: then it ends with 7. */
const listener = `
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(name, () => console.log(name));
  process.stdin.once('data', () => process.exit(7));
  console.log('ready');
`;
const waiting = [process.execPath, '-e', listener];

function stage(): { directory: string; file: string } {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, '');
  return { directory, file };
}

test('lock runs the command with its streams, arguments and exit code, and leaves nothing behind', async () => {
  const { directory } = stage();
  const script =
    'process.stdin.pipe(process.stdout); console.error(process.argv.slice(1).join()); process.exitCode = 5';
  const command = [process.execPath, '-e', script, '--', '--json', '-h', '--'];
  const { code, stdout, stderr } = await run(['lock', 'file', '--', ...command], { cwd: directory, input: 'text' });
  expect([code, stdout, stderr]).toEqual([5, 'text', '--json,-h,--\n']);
  expect(readdirSync(directory)).toEqual(['file']);
});

test('while the command runs, others wait, and are told who holds the lock', async () => {
  const { directory, file } = stage();
  const holder = startCommand(['lock', 'file', '--', ...waiting], { cwd: directory });
  await printed(holder, 'stdout', /ready/);
  const other = await run(['lock', '--timeout', '0', 'file', '--', 'echo', 'ran'], { cwd: directory });
  expect(other).toMatchObject({ code: 124, stdout: '' });
  expect(other.stderr).toMatch(/^ploke-io: .*ploke-io lock -- .*\n$/);
  await using workspace = await openWorkspace({ roots: [directory] });
  await expect(workspace.writeFile(file, 'x', { lockTimeoutMs: 0 })).rejects.toMatchObject({
    code: 'ERR_PLOKE_LOCK_TIMEOUT',
  });
  const ended = finished(holder);
  holder.stdin.end('\n');
  expect(await ended).toMatchObject({ code: 7 });
  expect(await run(['lock', '--timeout', '0', 'file', '--', 'echo', 'ran'], { cwd: directory })).toMatchObject({
    code: 0,
    stdout: 'ran\n',
  });
});

test('the size of the file is nothing to the lock', async () => {
  const { directory, file } = stage();
  // Nobody reads as much in the time that a test has.
  truncateSync(file, 2 ** 40);
  const { code, stderr } = await run(['lock', '--json', 'file', '--', 'true'], { cwd: directory });
  expect(code).toBe(0);
  expect(stderr).toContain('"lost":false');
});

test('a lock that was lost as the command ended is known to be lost', async () => {
  const { directory } = stage();
  const command = ['sh', '-c', 'echo x > other; exec mv other file'];
  const { code, stderr } = await run(['lock', '--kill-on-loss', '--json', 'file', '--', ...command], {
    cwd: directory,
  });
  expect(code).toBe(125);
  expect(stderr).toContain('"lost":true');
});

test('shared locks are held together, and keep an exclusive one out', async () => {
  const { directory } = stage();
  const holder = startCommand(['lock', '--shared', 'file', '--', ...waiting], { cwd: directory });
  await printed(holder, 'stdout', /ready/);
  const lock = (...options: string[]) =>
    run(['lock', '--timeout', '0', ...options, 'file', '--', 'true'], { cwd: directory });
  expect(await lock('--shared')).toMatchObject({ code: 0 });
  expect(await lock()).toMatchObject({ code: 124 });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const)(
  '%s is passed on to the command, which decides',
  async (signal) => {
    const { directory } = stage();
    const child = startCommand(['lock', 'file', '--', ...waiting], { cwd: directory });
    const ended = finished(child);
    await printed(child, 'stdout', /ready/);
    child.kill(signal);
    await printed(child, 'stdout', new RegExp(signal));
    child.stdin.end('\n');
    expect(await ended).toMatchObject({ code: 7, stdout: `ready\n${signal}\n`, stderr: '' });
  },
);

test('a command that a signal ends is 128 and its number, one that cannot be started 126 or 127', async () => {
  const { directory } = stage();
  const lock = (...command: string[]) => run(['lock', 'file', '--', ...command], { cwd: directory });
  expect(await lock('sh', '-c', 'kill -KILL $$')).toMatchObject({ code: 137, stderr: '' });
  expect(await lock('no-such-program-here')).toMatchObject({
    code: 127,
    stderr: 'ploke-io: no-such-program-here was not found.\n',
  });
  expect(await lock('./file')).toMatchObject({ code: 126, stderr: 'ploke-io: ./file cannot be run: EACCES.\n' });
});

test('a missing file is exit code 125, with --create it is made', async () => {
  const directory = temporaryDirectory();
  const lock = (...options: string[]) => run(['lock', ...options, 'new.lock', '--', 'echo', 'ran'], { cwd: directory });
  expect(await lock()).toMatchObject({ code: 125, stdout: '', stderr: expect.stringMatching(/^ploke-io: ENOENT/) });
  expect(await lock('--create')).toMatchObject({ code: 0, stdout: 'ran\n' });
  expect(await lock('--create')).toMatchObject({ code: 0, stdout: 'ran\n' });
  expect(readFileSync(path.join(directory, 'new.lock'), 'utf8')).toBe('');
});

test('a lock that is lost is said, and the command goes on', async () => {
  const { directory, file } = stage();
  const child = startCommand(['lock', 'file', '--', ...waiting], { cwd: directory });
  const ended = finished(child);
  await printed(child, 'stdout', /ready/);
  writeFileSync(`${file}.new`, '');
  renameSync(`${file}.new`, file);
  await printed(child, 'stderr', /the lock is lost/);
  child.stdin.end('\n');
  expect(await ended).toMatchObject({
    code: 7,
    stderr: `ploke-io: the lock is lost: ${file} was replaced or removed while the command ran\n`,
  });
});

test('a lock that the command itself loses in its last moment is said too', async () => {
  const { directory } = stage();
  // Stopped, ploke-io can take no notice: when it goes on, the loss and the end of the command are there at once.
  const command = ['sh', '-c', 'kill -STOP $PPID; rm file; echo removed'];
  const child = startCommand(['lock', 'file', '--', ...command], { cwd: directory });
  const ended = finished(child);
  await printed(child, 'stdout', /removed/);
  child.kill('SIGCONT');
  expect(await ended).toMatchObject({ code: 0, stderr: expect.stringContaining('the lock is lost') });
});

test('with --kill-on-loss the command is ended, which is exit code 125', async () => {
  const { directory, file } = stage();
  const forever = [process.execPath, '-e', "setInterval(() => {}, 1e6); console.log('ready')"];
  const child = startCommand(['lock', '--kill-on-loss', '--json', 'file', '--', ...forever], { cwd: directory });
  const ended = finished(child);
  await printed(child, 'stdout', /ready/);
  writeFileSync(`${file}.new`, '');
  renameSync(`${file}.new`, file);
  const { code, stdout, stderr } = await ended;
  expect([code, stdout]).toEqual([125, 'ready\n']);
  expect(
    stderr
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as unknown),
  ).toEqual([
    { type: 'locked', path: file, mode: 'exclusive', scope: expect.any(String) },
    { type: 'lost', path: file },
    { type: 'ended', code: 143, signal: 'SIGTERM', lost: true },
  ]);
});
