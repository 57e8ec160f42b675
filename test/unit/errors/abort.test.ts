import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { abortError, onAbort, throwIfAborted } from '../../../src/errors/abort.js';

let warnings: Error[] = [];
const remember = (warning: Error): void => {
  warnings.push(warning);
};
beforeEach(() => {
  warnings = [];
  process.on('warning', remember);
});
afterEach(() => {
  process.off('warning', remember);
});

test('an abort is named AbortError and carries the reason of the signal', () => {
  const reason = new Error('user went away');
  const error = abortError(AbortSignal.abort(reason), 'readFile', '/a');
  expect(error).toMatchObject({
    name: 'AbortError',
    code: 'ABORT_ERR',
    operation: 'readFile',
    path: '/a',
    cause: reason,
  });
  expect(error.retryable).toBe(false);
});

test('throwIfAborted throws for an aborted signal only', () => {
  throwIfAborted(undefined, 'readFile');
  throwIfAborted(new AbortController().signal, 'readFile');
  expect(() => throwIfAborted(AbortSignal.abort(), 'readFile')).toThrow(expect.objectContaining({ code: 'ABORT_ERR' }));
});

describe('onAbort', () => {
  test('calls back once, and at once for a signal that is aborted already', () => {
    const controller = new AbortController();
    let calls = 0;
    onAbort(controller.signal, () => calls++);
    expect(calls).toBe(0);
    controller.abort();
    controller.abort();
    expect(calls).toBe(1);
    onAbort(controller.signal, () => calls++);
    expect(calls).toBe(2);
  });

  test('does not call back what was unsubscribed, and leaves no listener', () => {
    const controller = new AbortController();
    const unsubscribe = onAbort(controller.signal, () => expect.unreachable());
    unsubscribe();
    unsubscribe();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    controller.abort();
  });

  test('the same callback twice is two subscriptions', () => {
    const controller = new AbortController();
    let calls = 0;
    const callback = (): void => void calls++;
    const first = onAbort(controller.signal, callback);
    onAbort(controller.signal, callback);
    first();
    controller.abort();
    expect(calls).toBe(1);
  });

  test('ten thousand subscriptions are one listener and no warning of a leak', async () => {
    const controller = new AbortController();
    const unsubscribes = Array.from({ length: 10_000 }, () => onAbort(controller.signal, () => {}));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    // Warnings are emitted in a later tick.
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
    for (const unsubscribe of unsubscribes) unsubscribe();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  test('a callback may unsubscribe others and subscribe anew while the abort is told', () => {
    const controller = new AbortController();
    const calls: string[] = [];
    const unsubscribes: (() => void)[] = [];
    onAbort(controller.signal, () => {
      calls.push('first');
      for (const unsubscribe of unsubscribes) unsubscribe();
      onAbort(controller.signal, () => calls.push('late'));
    });
    unsubscribes.push(onAbort(controller.signal, () => calls.push('second')));
    controller.abort();
    expect(calls).toEqual(['first', 'late']);
  });
});
