import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { withCancel } from '../../../src/native/cancel.js';

test('without a signal there is no flag', async () => {
  expect(await withCancel(undefined, async (flag) => flag)).toBeNull();
});

test('the flag becomes 1 when the signal is aborted', async () => {
  const controller = new AbortController();
  const seen = await withCancel(controller.signal, async (flag) => {
    const before = flag?.[0];
    controller.abort();
    return [before, flag?.[0], flag?.length];
  });
  expect(seen).toEqual([0, 1, 1]);
});

test('the flag is 1 from the start when the signal is aborted already', async () => {
  expect(await withCancel(AbortSignal.abort(), async (flag) => flag?.[0])).toBe(1);
});

test.each(['resolves', 'rejects', 'throws'])('leaves no listener when the work %s', async (how) => {
  const { signal } = new AbortController();
  const work = withCancel(signal, () => {
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    if (how === 'throws') throw new Error('mine');
    return how === 'rejects' ? Promise.reject(new Error('mine')) : Promise.resolve(1);
  });
  if (how === 'resolves') expect(await work).toBe(1);
  else await expect(work).rejects.toThrow('mine');
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
