import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createTwoFilesPatch } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeSimilarity, lineSimilarity, SimilarPlaces } from '../../src/io/fuzzy-match.js';
import { readPatch } from '../../src/io/patch.js';
import { lineChanges, placeHunks } from '../../src/io/patch-placement.js';
import { changeLines, splitLines } from '../../src/io/text-lines.js';
import { conditions } from '../support/conditions.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function patched(diff: string, base: string): string | undefined {
  const lines = splitLines(base);
  const placement = placeHunks(readPatch(diff), lines.lines, 1);
  return placement.ok ? changeLines(lines, placement.placed.flatMap(lineChanges)) : undefined;
}

const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '{', 'é'), maxLength: 6 });
/** Lines that no other line equals, so that every place is unique. */
const distinctLines = fc
  .array(line, { minLength: 1, maxLength: 40 })
  .map((lines) => lines.map((text, at) => `${at}:${text}`));
const edited = (lines: readonly string[]) =>
  fc
    .array(fc.tuple(fc.nat(lines.length - 1), fc.constantFrom('drop', 'change', 'insert')), {
      minLength: 1,
      maxLength: 6,
    })
    .map((edits) => {
      const result: string[][] = lines.map((text) => [text]);
      for (const [at, kind] of edits) {
        if (kind === 'drop') result[at] = [];
        else if (kind === 'change') result[at] = [`changed ${at}`];
        else result[at]?.push(`inserted ${at}`);
      }
      return result.flat();
    })
    .filter((result) => result.join('\n') !== lines.join('\n'));

const join = (lines: readonly string[], end: string): string => lines.map((text) => text + end).join('');

test('a diff of two texts turns one into the other, whatever the line ends of the file', () => {
  fc.assert(
    fc.property(
      distinctLines.chain((before) => fc.tuple(fc.constant(before), edited(before))),
      fc.constantFrom('\n', '\r\n'),
      fc.nat(4),
      ([before, after], end, context) => {
        const diff = createTwoFilesPatch('f', 'f', join(before, '\n'), join(after, '\n'), '', '', { context });
        expect(patched(diff, join(before, end))).toBe(join(after, end));
      },
    ),
  );
});

test('lines that others put above do not disturb, and stay as they are', () => {
  fc.assert(
    fc.property(
      distinctLines.chain((before) => fc.tuple(fc.constant(before), edited(before))),
      fc.array(line, { minLength: 1, maxLength: 8 }),
      ([before, after], above) => {
        const diff = createTwoFilesPatch('f', 'f', join(before, '\n'), join(after, '\n'), '', '', { context: 3 });
        const foreign = join(
          above.map((text) => `above ${text}`),
          '\r\n',
        );
        expect(patched(diff, foreign + join(before, '\n'))).toBe(foreign + join(after, '\n'));
      },
    ),
  );
});

test('splitting a text into lines and putting it together again changes nothing', () => {
  const texts = fc.array(fc.constantFrom('a', '\n', '\r', '\r\n', '\ufeff', 'é')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, (text) => {
      expect(changeLines(splitLines(text), [])).toBe(text);
    }),
  );
});

test('similarity is symmetric, from 0 to 1, and 1 for equal lines', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const similarity = lineSimilarity(one, other);
      expect(similarity).toBe(lineSimilarity(other, one));
      expect(similarity).toBeGreaterThanOrEqual(0);
      expect(similarity).toBeLessThanOrEqual(1);
      expect(lineSimilarity(one, one)).toBe(1);
    }),
  );
});

/** Texts in which places are alike, and a block that is like some of them. */
const alike = fc.array(fc.constantFrom('let one = 1;', 'let two = 2;', 'let ten = 10;', '', '}'), {
  minLength: 4,
  maxLength: 60,
});
const blocks = fc.array(
  fc.record({ text: fc.constantFrom('let one = 2;', 'let two = 2;', 'return;', ''), isRemoved: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);

test('the search for places that are alike finds what a look at every place finds', () => {
  fc.assert(
    fc.property(
      alike,
      blocks,
      fc.nat(60),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (lines, block, expected, min) => {
        fc.pre(block.length <= lines.length);
        // So far from the expected place that only the search over the whole file comes there.
        const far = [...lines, ...Array.from({ length: 60 }, (_, index) => `${index}`), ...lines.toReversed()];
        const meanOf = (start: number, some: (isRemoved: boolean) => boolean): number => {
          let sum = 0;
          let weights = 0;
          for (const [offset, { text, isRemoved }] of block.entries()) {
            if (!some(isRemoved)) continue;
            weights += Math.max(1, text.length);
            sum += Math.max(1, text.length) * lineSimilarity(text, far[start + offset] ?? '');
          }
          return weights === 0 ? 1 : sum / weights;
        };
        const all = far.slice(block.length - 1).map((_, start) => ({
          start,
          similarity: Math.min(
            meanOf(start, () => true),
            meanOf(start, (isRemoved) => isRemoved),
          ),
        }));
        const best = Math.max(...all.map(({ similarity }) => similarity));
        const range = { first: 0, last: far.length - block.length, expected };
        const found = new SimilarPlaces(far).best(block, range, min);
        expect(found.isComplete).toBe(true);
        if (best < min) return;
        const close = ({ similarity }: { similarity: number }): boolean => similarity > best - closeSimilarity + 1e-9;
        const starts = (places: typeof all): number[] => places.map(({ start }) => start).sort((a, b) => a - b);
        expect(starts([...found.candidates].filter(close))).toEqual(starts(all.filter(close)));
      },
    ),
  );
});

test('every line that a diff does not touch keeps its bytes, in a file of mixed line ends', () => {
  const ended = fc.array(fc.constantFrom('\n', '\r\n'), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(
      distinctLines.chain((before) => fc.tuple(fc.constant(before), edited(before))),
      ended,
      fc.boolean(),
      ([before, after], ends, isMarked) => {
        const diff = createTwoFilesPatch('f', 'f', join(before, '\n'), join(after, '\n'), '', '', { context: 2 });
        const mark = isMarked ? '\ufeff' : '';
        const raw = before.map((text, at) => text + ends[at]);
        const result = patched(diff, mark + raw.join('')) ?? '';
        expect(result.startsWith(mark)).toBe(true);
        const lines = result.slice(mark.length).split(/(?<=\n)/);
        expect(lines.map((text) => text.replace(/\r?\n$/, '')).filter((text) => text !== '')).toEqual(
          after.filter((text) => text !== ''),
        );
        const kept = new Set(after);
        expect(lines).toEqual(expect.arrayContaining(raw.filter((_, at) => kept.has(before[at] ?? ''))));
      },
    ),
  );
});

test.skipIf(!conditions.git)('exact diffs do what git apply does, to the byte', () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'f');
  const texts = fc.tuple(distinctLines, fc.boolean(), fc.boolean()).chain(([before, isEnded, staysEnded]) =>
    edited(before).map((after) => ({
      before: before.join('\n') + (isEnded ? '\n' : ''),
      after: after.join('\n') + (staysEnded ? '\n' : ''),
    })),
  );
  fc.assert(
    fc.property(texts, ({ before, after }) => {
      fc.pre(before !== after && after.trim() !== '');
      const diff = createTwoFilesPatch('a/f', 'b/f', before, after, '', '', { context: 3 });
      writeFileSync(file, before);
      execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: directory, input: diff });
      expect(readFileSync(file, 'utf8')).toBe(after);
      expect(patched(diff, before)).toBe(after);
    }),
    { numRuns: 60 },
  );
});
