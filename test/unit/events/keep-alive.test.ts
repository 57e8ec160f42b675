import { expect, test } from 'vitest';
import { KeepAlive } from '../../../src/events/keep-alive.js';
import { finished, startChild } from '../../support/child.js';

const script = 'test/unit/events/keep-alive-child.mjs';

/** Timers for which the process stays; one that is unref'd is not among them. */
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('holds a timer while anybody holds it, and none after the end', () => {
  const before = timers();
  const keepAlive = new KeepAlive();
  expect(timers()).toBe(before);
  keepAlive.hold();
  keepAlive.hold();
  expect(timers()).toBe(before + 1);
  keepAlive.release();
  expect(timers()).toBe(before + 1);
  keepAlive.release();
  expect(timers()).toBe(before);
  keepAlive.hold();
  expect(timers()).toBe(before + 1);
  keepAlive.end();
  keepAlive.end();
  expect(timers()).toBe(before);
  keepAlive.hold();
  keepAlive.release();
  keepAlive.release();
  expect(timers()).toBe(before);
});

test('a release that nothing was held for changes nothing', () => {
  const before = timers();
  const keepAlive = new KeepAlive();
  keepAlive.release();
  keepAlive.hold();
  expect(timers()).toBe(before + 1);
  keepAlive.end();
});

test.each([
  ['a process exits when nobody waits for an event', 'idle', ['rescanned']],
  ['a process stays while somebody waits for an event', 'waiting', ['rescanned', 'rescanned']],
  ['a process exits when the subscriptions end', 'ended', ['rescanned', 'done', 'done']],
])('%s', async (_what, mode, said) => {
  const { code, signal, stdout, stderr } = await finished(startChild(script, [mode]));
  expect([stdout.trim().split('\n'), code, signal, stderr]).toEqual([said, 0, null, '']);
});
