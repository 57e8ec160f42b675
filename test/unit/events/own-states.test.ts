import { expect, test } from 'vitest';
import { hashContent } from '../../../src/api/content-hash.js';
import { OwnStates } from '../../../src/events/own-states.js';

test('what is gone is not remembered: a service makes and removes files for years', () => {
  const states = new OwnStates();
  const hash = hashContent('x');
  states.remember('1:2/a', 'stamp', hash);
  states.remember('1:2/b', 'stamp', hash);
  states.forget('1:2/a');
  expect(states.is('1:2/a', 'stamp')).toBe(false);
  expect(states.hashOf('1:2/a', 'stamp')).toBeNull();
  expect(states.hashOf('1:2/b', 'stamp')).toBe(hash);
});
