import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Diagnosis, diagnose } from '../../src/doctor/index.js';
import { openWorkspace } from '../../src/index.js';
import { type ChildResult, finished, projectRoot } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

const command = path.join(projectRoot, 'dist/cli/main.js');
const isRoot = process.getuid?.() === 0;
/** Somebody who may not do everything. */
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
const exitCodeOf = { ok: 0, note: 0, warning: 1, problem: 2 };

function doctor(
  args: readonly string[],
  options: { cwd?: string; uid?: number; gid?: number } = {},
): Promise<ChildResult> {
  const { cwd = projectRoot, ...user } = options;
  return finished(
    spawn(process.execPath, [command, 'doctor', ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], ...user }),
  );
}

const ids = [
  ...['node', 'addon', 'hash', 'file-system', 'resolution', 'writing', 'atomic-replace', 'exclusive-rename'],
  ...['exchange-rename', 'file-sync', 'directory-sync', 'nameless-files', 'timestamps', 'names', 'locks'],
  'lock-scope',
  'watch',
];

test('tells of everything that it looked at, as data, and leaves nothing behind', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { 'd/file': 'x' });
  const diagnosis = await diagnose(directory);
  expect(readdirSync(directory, { recursive: true }).sort()).toEqual(['d', 'd/file']);
  expect(diagnosis.findings.map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
  expect(diagnosis).toMatchObject({ path: directory, directory, versions: { node: process.version } });
  expect(structuredClone(diagnosis)).toEqual(diagnosis);
  expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);
  await using workspace = await openWorkspace({ roots: [directory] });
  expect(diagnosis.capabilities).toEqual(await workspace.capabilities());
  expect(diagnosis.limits?.source).toBe(workspace.limits.source);
});

test('of a file the directory that it lies in is looked at', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { 'd/file': 'x' });
  const file = path.join(directory, 'd/file');
  expect(await diagnose(file)).toMatchObject({ path: file, directory: path.dirname(file) });
  expect(readdirSync(path.dirname(file))).toEqual(['file']);
  await expect(diagnose(`${file}/`)).rejects.toMatchObject({ code: 'ENOTDIR', operation: 'diagnose' });
});

test('a path that is missing, relative or ours, and a wrong option, are errors', async () => {
  const directory = temporaryDirectory();
  await expect(diagnose(path.join(directory, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(diagnose('relative')).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
  await expect(diagnose(path.join(directory, '.ploke-io'))).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
  const wrong = { code: 'ERR_PLOKE_INVALID_ARGUMENT' };
  await expect(diagnose(directory, { watchTimeoutMs: -1 })).rejects.toMatchObject(wrong);
  await expect(diagnose(directory, { timeout: 1 } as object)).rejects.toMatchObject(wrong);
});

test('an abort ends it without anything left', async () => {
  const directory = temporaryDirectory();
  await expect(diagnose(directory, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORT_ERR' });
  const controller = new AbortController();
  const running = diagnose(directory, { signal: controller.signal });
  controller.abort();
  await expect(running).rejects.toMatchObject({ code: 'ABORT_ERR' });
  expect(readdirSync(directory)).toEqual([]);
});

test('what a process that died left is removed, and told', async () => {
  const directory = temporaryDirectory();
  const name = `.ploke-io-tmp-${'0'.repeat(32)}-${'1'.repeat(32)}-w`;
  writeFileSync(path.join(directory, name), '');
  const { findings } = await diagnose(directory);
  const leftovers = findings.filter(({ id }) => id === 'leftovers');
  // On a file system whose locks prove nothing it would stay.
  expect(leftovers).toMatchObject(readdirSync(directory).length === 0 ? [{ severity: 'note' }] : []);
});

test('the command prints the same for people and as JSON, and its exit code is the severity', async () => {
  const directory = temporaryDirectory();
  const json = await doctor(['--json', directory]);
  const diagnosis = JSON.parse(json.stdout) as Diagnosis;
  expect(diagnosis).toMatchObject({ directory, findings: expect.any(Array) });
  expect([json.code, json.stderr]).toEqual([exitCodeOf[diagnosis.severity], '']);
  const report = await doctor([], { cwd: directory });
  expect([report.code, report.stderr]).toEqual([json.code, '']);
  expect(report.stdout).toMatch(new RegExp(`^ploke-io doctor: ${directory}\n\n`));
  for (const { title } of diagnosis.findings) expect(report.stdout).toContain(`  ${title}: `);
  expect(report.stdout).toMatch(/\n\n(All is as it should be|\d+ problems?, \d+ warnings?, \d+ notes?).*\.\n$/);
  for (const line of report.stdout.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(100);
  expect(readdirSync(directory)).toEqual([]);
});

test('a directory in which nothing may be written is a warning', async () => {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o555);
  const { code, stdout, stderr } = await doctor(['--json', directory], nobody);
  expect(stderr).toBe('');
  const { findings, severity } = JSON.parse(stdout) as Diagnosis;
  expect(findings.find(({ id }) => id === 'writing')).toMatchObject({
    severity: 'warning',
    facts: { outcome: 'EACCES' },
  });
  expect(code).toBe(exitCodeOf[severity]);
  expect(findings.find(({ id }) => id === 'locks')).toMatchObject({ severity: 'note' });
});

test('a path that cannot be looked at is exit code 2 and one line', async () => {
  const directory = temporaryDirectory();
  mkdirSync(path.join(directory, 'closed'), { mode: 0 });
  chmodSync(directory, 0o755);
  const missing = await doctor([path.join(directory, 'missing')]);
  expect(missing).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^ploke-io: ENOENT[^\n]*\n$/) });
  const closed = await doctor([path.join(directory, 'closed')], nobody);
  expect(closed).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^ploke-io: EACCES[^\n]*\n$/) });
  const json = await doctor(['--json', path.join(directory, 'missing')]);
  expect([json.code, json.stdout]).toEqual([2, '']);
  expect(JSON.parse(json.stderr)).toMatchObject({ code: 'ENOENT', operation: 'diagnose' });
});

test.each([[['a', 'b']], [['--unknown']], [['--watch-timeout', 'soon']]])(
  'a wrong command line is exit code 64, which no severity has: %j',
  async (args) => {
    const directory = temporaryDirectory();
    const { code, stdout, stderr } = await doctor(args, { cwd: directory });
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(/^ploke-io: .+\nTry 'ploke-io doctor --help'\.\n$/s);
    expect(readdirSync(directory)).toEqual([]);
  },
);

test('that the addon is missing is a finding, and the rest is told as unknown', async () => {
  const directory = temporaryDirectory();
  const child = spawn(process.execPath, [command, 'doctor', '--json', directory], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PLOKE_IO_NATIVE_DIRECTORY: directory },
  });
  const { code, stdout, stderr } = await finished(child);
  expect([code, stderr]).toEqual([2, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    severity: 'problem',
    capabilities: null,
    limits: null,
    versions: { addon: { kind: 'missing' } },
    findings: [{ id: 'addon', severity: 'problem', facts: { kind: 'missing' } }],
  });
});
