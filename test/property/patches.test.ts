import { createTwoFilesPatch } from 'diff';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineSimilarity } from '../../src/io/fuzzy-match.js';
import { readPatch } from '../../src/io/patch.js';
import { lineChanges, placeHunks } from '../../src/io/patch-placement.js';
import { changeLines, splitLines } from '../../src/io/text-lines.js';

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
