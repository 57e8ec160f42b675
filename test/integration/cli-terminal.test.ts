import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { finished } from '../support/child.js';
import { printed } from '../support/command.js';
import { conditions } from '../support/conditions.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { screenOf, startOnTerminal } from '../support/terminal.js';
import { makeTree } from '../support/tree.js';

const interruptKey = '\u0003';
const escapeCharacter = '\u001b';

describe.skipIf(!conditions.terminal)('on a terminal', () => {
  test('scan shows how far it is, in a line that is gone at the end, and no colours', async () => {
    const directory = temporaryDirectory();
    makeTree(directory, { a: 'a', 'd/b': 'b' });
    const { code, stdout } = await finished(startOnTerminal(['scan', directory]));
    expect(code).toBe(0);
    expect(stdout).toContain('1 files listed');
    expect(screenOf(stdout)).toBe('A a\nA d/b\n2 changes, 2 files\n');
    expect(stdout.replaceAll(`\r${escapeCharacter}[K`, '')).not.toContain(escapeCharacter);
  });

  test('demo shows how far it is, and leaves on the screen what it prints to a pipe', async () => {
    const { code, stdout } = await finished(startOnTerminal(['demo']));
    expect(code).toBe(0);
    expect(stdout).toContain('copying the sources');
    const screen = screenOf(stdout);
    expect(screen).toMatch(
      /^ploke-io at work on a copy[^\r]*All \d+ checks hold \([\d.]+ s\)\.\nThe copy has been removed\.\n$/,
    );
    expect(screen).not.toContain('copying');
  });

  test.each([
    ['with --json', ['--json'], {}],
    ['where it cannot erase', [], { TERM: 'dumb' }],
  ])('%s nothing is shown of how far it is', async (_, options, environment) => {
    const directory = temporaryDirectory();
    makeTree(directory, { a: 'a' });
    const { stdout } = await finished(startOnTerminal(['scan', directory, ...options], { environment }));
    expect(stdout).not.toContain(escapeCharacter);
    expect(stdout).not.toContain('listed');
  });

  test('a line is cut to the width of the terminal', async () => {
    const directory = path.join(temporaryDirectory(), 'long'.repeat(30));
    mkdirSync(directory);
    writeFileSync(path.join(directory, 'file'), '');
    await using workspace = await openWorkspace({ roots: [directory] });
    await using _held = await workspace.lock(path.join(directory, 'file'));
    const child = startOnTerminal(['lock', '--timeout', '0', 'file', '--', 'true'], { cwd: directory });
    const { stdout } = await finished(child);
    expect(/waiting for the lock on [^\r]*/.exec(stdout)?.[0]).toHaveLength(79);
  });

  test('Ctrl-C while it waits for a lock ends it with 130, and runs nothing', async () => {
    const directory = temporaryDirectory();
    makeTree(directory, { file: '' });
    await using workspace = await openWorkspace({ roots: [directory] });
    await using _held = await workspace.lock(path.join(directory, 'file'));
    const child = startOnTerminal(['lock', 'file', '--', 'touch', 'ran'], { cwd: directory });
    const ended = finished(child);
    await printed(child, 'stdout', /waiting for the lock/);
    child.stdin.write(interruptKey);
    expect((await ended).code).toBe(130);
    expect(existsSync(path.join(directory, 'ran'))).toBe(false);
  });

  test('Ctrl-C reaches the command under a lock once, and the command decides', async () => {
    const directory = temporaryDirectory();
    makeTree(directory, { file: '' });
    const counter = `
      process.on('SIGINT', () => console.log('interrupted'));
      process.on('SIGUSR2', () => process.exit(7));
      process.stdin.resume();
      console.log('ready under ' + process.ppid + '.');
    `;
    const child = startOnTerminal(['lock', 'file', '--', process.execPath, '-e', counter], { cwd: directory });
    const ended = finished(child);
    const [, parent] = /under (\d+)\./.exec(await printed(child, 'stdout', /under \d+\./)) ?? [];
    child.stdin.write(interruptKey);
    await printed(child, 'stdout', /interrupted/);
    // Comes after whatever else was passed on.
    process.kill(Number(parent), 'SIGUSR2');
    const { code, stdout } = await ended;
    expect(code).toBe(7);
    expect(stdout.match(/interrupted/g)).toHaveLength(1);
  });

  test('Ctrl-C ends watch with 130 after it has said how much it saw', async () => {
    const directory = temporaryDirectory();
    const child = startOnTerminal(['watch', directory, '--debounce', '0']);
    const ended = finished(child);
    await printed(child, 'stdout', /Watching/);
    writeFileSync(path.join(directory, 'a'), '');
    renameSync(path.join(directory, 'a'), path.join(directory, 'b'));
    await printed(child, 'stdout', /[AR] .*b/);
    child.stdin.write(interruptKey);
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(screenOf(stdout)).toMatch(/\n(\^C)?[12] changes\n$/);
    expect(readdirSync(directory)).toEqual(['b']);
  });
});
