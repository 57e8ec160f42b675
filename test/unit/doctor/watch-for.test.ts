import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { watchFor } from '../../../src/doctor/watch-for.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const long = 30_000;

test('sees the file that is written, before or after it is asked for', async () => {
  const directory = temporaryDirectory();
  await using watch = watchFor(directory, long, undefined);
  const seen = watch.sees('later');
  writeFileSync(path.join(directory, 'earlier'), '');
  writeFileSync(path.join(directory, 'later'), '');
  expect(await seen).toBe(true);
  expect(await watch.sees('earlier')).toBe(true);
  expect(watch.failure()).toBeNull();
});

test('does not wait longer than it was told, nor after an abort', async () => {
  const directory = temporaryDirectory();
  await using short = watchFor(directory, 0, undefined);
  expect(await short.sees('never')).toBe(false);
  const controller = new AbortController();
  await using watch = watchFor(directory, long, controller.signal);
  const seen = watch.sees('never');
  controller.abort();
  expect(await seen).toBe(false);
  expect(await watch.sees('never either')).toBe(false);
});

test('says why nothing can be watched, and gives no answer then', async () => {
  await using watch = watchFor(path.join(temporaryDirectory(), 'missing'), long, undefined);
  expect(watch.failure()).toBe('ENOENT');
  expect(await watch.sees('file')).toBeNull();
});
