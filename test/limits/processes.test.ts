import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { finished, startChild } from '../support/child.js';
import { conditions, pidsCgroup } from '../support/conditions.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

describe.skipIf(!conditions.pidsCgroup)('in a cgroup with few processes', () => {
  test.each([64, 2, 1, 0])('with room for %i threads more every call works or says what is missing', async (room) => {
    const directory = temporaryDirectory();
    writeFileSync(path.join(directory, 'file'), 'old');
    const cgroup = path.join(pidsCgroup() ?? '', `ploke-io-test-${process.pid}-${room}`);
    mkdirSync(cgroup);
    onTestFinished(() => rmdirSync(cgroup));
    expect(existsSync(path.join(cgroup, 'pids.max'))).toBe(true);
    const child = await finished(startChild('test/limits/processes-child.mjs', [cgroup, String(room), directory]));
    expect(child).toMatchObject({ code: 0, signal: null, stderr: '' });
    const said = Object.values(JSON.parse(child.stdout) as Readonly<Record<string, string>>);
    for (const each of said) expect(['ok', 'EAGAIN', 'ERR_PLOKE_BUSY']).toContain(each);
    // Without a thread nothing can be done, and that is said.
    if (room === 0) expect(said).toContain('EAGAIN');
    if (room === 64) expect(said).toEqual(['ok', 'ok', 'ok', 'ok']);
  });
});
