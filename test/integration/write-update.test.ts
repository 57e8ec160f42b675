import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import type { FileText } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp(content?: string | Uint8Array) {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  if (content !== undefined) writeFileSync(file, content);
  const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  onTestFinished(() => workspace.close());
  return { file, workspace };
}

test('hands over what is there, as readFile does, and writes the answer', async () => {
  const { file, workspace } = await setUp('one');
  const seen: (FileText | undefined)[] = [];
  const expected = await workspace.readFile(file);
  const result = await workspace.updateFile(file, (current) => {
    seen.push(current);
    return `${current?.text} two`;
  });
  expect(seen).toEqual([{ ...expected, stamp: expect.stringMatching(/^1\./) }]);
  expect(result).toMatchObject({
    outcome: 'replaced',
    previousHash: hashContent('one'),
    receipt: { compareAndSwap: 'swap-verified' },
  });
  expect(readFileSync(file, 'utf8')).toBe('one two');
});

test('creates a file that is missing, and writes nothing where update gives nothing', async () => {
  const { file, workspace } = await setUp();
  expect(await workspace.updateFile(file, () => undefined)).toBeUndefined();
  expect(await workspace.updateFile(file, async () => undefined)).toBeUndefined();
  expect(await workspace.updateFile(file, (current) => (current === undefined ? 'made' : 'no'))).toMatchObject({
    outcome: 'created',
    previousHash: null,
  });
  expect(await workspace.updateFile(file, async (current) => `${current?.text}!`)).toMatchObject({
    outcome: 'replaced',
  });
  expect(readFileSync(file, 'utf8')).toBe('made!');
});

test('a hundred updates at once lose none, whether update answers at once or later', async () => {
  const { file, workspace } = await setUp('0');
  const next = (current: FileText | undefined) => String(Number(current?.text) + 1);
  await Promise.all(Array.from({ length: 100 }, () => workspace.updateFile(file, next)));
  expect(readFileSync(file, 'utf8')).toBe('100');
  await Promise.all(Array.from({ length: 40 }, () => workspace.updateFile(file, async (current) => next(current))));
  expect(readFileSync(file, 'utf8')).toBe('140');
});

test('an update may read and write the file itself, and starts over when it did write', async () => {
  const { file, workspace } = await setUp('0');
  let calls = 0;
  await workspace.updateFile(file, async (current) => {
    calls += 1;
    expect((await workspace.readFile(file)).hash).toBe(current?.hash);
    if (calls === 1) await workspace.writeFile(file, 'between');
    return `${current?.text} updated`;
  });
  expect(calls).toBe(2);
  expect(readFileSync(file, 'utf8')).toBe('between updated');
});

test('starts over when another process was faster, and gives up after maxAttempts with the hash that is there', async () => {
  const { file, workspace } = await setUp('0');
  let calls = 0;
  const failure = await workspace
    .updateFile(
      file,
      (current) => {
        calls += 1;
        writeFileSync(file, `foreign ${calls}`);
        return `${current?.text}!`;
      },
      { maxAttempts: 3 },
    )
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    committed: false,
    expectedHash: hashContent('foreign 2'),
    actualHash: hashContent('foreign 3'),
  });
  expect(calls).toBe(3);
  expect(readFileSync(file, 'utf8')).toBe('foreign 3');
});

test('what update throws reaches the caller as it is, and the workspace goes on', async () => {
  const { file, workspace } = await setUp('0');
  const reason = new RangeError('mine');
  await expect(
    workspace.updateFile(file, () => {
      throw reason;
    }),
  ).rejects.toBe(reason);
  await expect(workspace.updateFile(file, async () => Promise.reject(reason))).rejects.toBe(reason);
  expect((await workspace.updateFile(file, () => 'on'))?.outcome).toBe('replaced');
});

test('refuses answers that are no text, and content that is no text', async () => {
  const { file, workspace } = await setUp(new Uint8Array([0xff]));
  await expect(workspace.updateFile(file, () => 'x')).rejects.toMatchObject({ code: 'ERR_PLOKE_NOT_UTF8' });
  writeFileSync(file, '0');
  for (const answer of [1, null, {}, '\uD800', new Uint8Array(1)]) {
    await expect(workspace.updateFile(file, () => answer as string)).rejects.toMatchObject({
      code: 'ERR_PLOKE_INVALID_ARGUMENT',
    });
  }
  expect(readFileSync(file, 'utf8')).toBe('0');
});
