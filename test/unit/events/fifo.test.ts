import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fifo } from '../../../src/events/fifo.js';

test('gives back what was put in, in that order, as an array does', () => {
  const steps = fc.array(fc.tuple(fc.nat(3_000), fc.nat(3_000)), { maxLength: 8 });
  fc.assert(
    fc.property(steps, (rounds) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      let next = 0;
      for (const [pushes, shifts] of rounds) {
        for (let count = 0; count < pushes; count++) {
          fifo.push(next);
          model.push(next++);
        }
        const taken = Array.from({ length: shifts }, () => fifo.shift());
        expect(taken).toEqual(Array.from(taken, (_, index) => model[index]));
        model.splice(0, shifts);
        expect([fifo.size, fifo.last]).toEqual([model.length, model.at(-1)]);
      }
    }),
    { numRuns: 50 },
  );
});

test('is empty after clear', () => {
  const fifo = new Fifo<string>();
  fifo.push('a');
  fifo.push('b');
  fifo.shift();
  fifo.clear();
  expect([fifo.size, fifo.last, fifo.shift()]).toEqual([0, undefined, undefined]);
  fifo.push('c');
  expect(fifo.shift()).toBe('c');
});
