import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { projectRoot } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const command = path.join(projectRoot, 'dist/cli/main.js');

type Child = ChildProcessByStdio<null, Readable, Readable>;

function start(...args: readonly string[]): { child: Child; line: () => Promise<string>; errors: () => string } {
  const child = spawn(process.execPath, [command, 'watch', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return { child, line: async () => (await lines.next()).value as string, errors: () => errors };
}

async function begun(child: Child): Promise<void> {
  await once(child.stderr, 'data');
}

test('watch prints a letter and a path for each change, and ends after --count', async () => {
  const directory = temporaryDirectory();
  const { child, line, errors } = start(directory, '--debounce', '0', '--count', '4');
  const ended = once(child, 'close');
  await begun(child);
  writeFileSync(path.join(directory, 'a'), '');
  expect(await line()).toBe('A a');
  renameSync(path.join(directory, 'a'), path.join(directory, 'b'));
  expect(await line()).toBe('R a → b');
  mkdirSync(path.join(directory, 'd'));
  expect(await line()).toBe('A d/');
  rmSync(path.join(directory, 'b'));
  expect(await line()).toBe('D b');
  expect(await ended).toEqual([0, null]);
  expect(errors()).toContain('4 changes');
});

test('watch --json says when it is ready, prints one value a line, and ends when it is interrupted', async () => {
  const directory = temporaryDirectory();
  const { child, line, errors } = start(directory, '--json', '--debounce', '0');
  const ended = once(child, 'close');
  expect(JSON.parse(await line())).toEqual({ type: 'watching', root: directory });
  writeFileSync(path.join(directory, 'a'), '');
  expect(JSON.parse(await line())).toMatchObject({ type: 'create', path: path.join(directory, 'a'), origin: null });
  child.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
  expect(errors()).toBe('');
});

test('watch fails when the directory is taken away', async () => {
  const directory = path.join(temporaryDirectory(), 'root');
  mkdirSync(directory);
  const { child, errors } = start(directory);
  const ended = once(child, 'close');
  await begun(child);
  rmSync(directory, { recursive: true });
  expect(await ended).toEqual([1, null]);
  expect(errors()).toContain('no longer at its path');
});

test.each([
  [['--backend', 'magic'], '--backend takes one of'],
  [['--debounce', '-1'], '--debounce'],
  [['--count', 'many'], '--count takes a number'],
  [['one', 'two'], 'Too many arguments'],
])('watch %j is a wrong command line', async (args, message) => {
  const { child, errors } = start(...args);
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(errors()).toContain(message);
});
