import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

/** Text with one- to four-byte characters, line ends of every kind, NUL and BOM. */
const text = fc
  .array(fc.constantFrom('a', 'Z', '\n', '\r\n', '\r', '\0', '\uFEFF', 'é', 'ß', '漢', '€', '😀', '𝄞', '  '), {
    maxLength: 60,
  })
  .map((parts) => parts.join(''));

function isBoundary(bytes: Buffer, offset: number): boolean {
  const byte = bytes[offset];
  return byte === undefined || (byte & 0xc0) !== 0x80;
}

/** The plain model of a range read. */
function expectedRange(bytes: Buffer, start: number, end: number): string | { readonly code: string } {
  if (start > end || end > bytes.length) return { code: 'ERR_PLOKE_RANGE' };
  if (!isBoundary(bytes, start) || !isBoundary(bytes, end)) return { code: 'ERR_PLOKE_CHAR_BOUNDARY' };
  return bytes.subarray(start, end).toString('utf8');
}

/** The plain model of lines: a line keeps its '\n'; the last one may lack it. */
function splitLines(content: string): string[] {
  return content.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

test('a snippet is exactly the bytes asked for, or says why not', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  await using workspace = await openWorkspace({ roots: [directory] });
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.tuple(fc.nat(120), fc.nat(120)), { minLength: 1, maxLength: 8 }),
      async (content, spans) => {
        writeFileSync(file, content);
        const bytes = Buffer.from(content);
        const results = await workspace.readSnippets(
          spans.map(([start, end]) => ({ path: file, start, end, expectedHash: hashContent(content) })),
        );
        for (const [index, [start, end]] of spans.entries()) {
          const expected = expectedRange(bytes, start, end);
          const result = results[index];
          if (typeof expected === 'string') {
            expect(result).toEqual({
              status: 'fulfilled',
              value: { path: file, start, end, text: expected, hash: hashContent(content) },
            });
          } else {
            expect(result).toMatchObject({ status: 'rejected', reason: expected });
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('maxBytes cuts at a character boundary and never loses more than one character', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  await using workspace = await openWorkspace({ roots: [directory] });
  await fc.assert(
    fc.asyncProperty(text, fc.nat(150), async (content, maxBytes) => {
      writeFileSync(file, content);
      const bytes = Buffer.from(content);
      const result = await workspace.readFile(file, { maxBytes });
      let end = Math.min(maxBytes, bytes.length);
      while (end > 0 && !isBoundary(bytes, end)) end -= 1;
      expect(result).toMatchObject({
        text: bytes.subarray(0, end).toString('utf8'),
        start: 0,
        end,
        byteLength: bytes.length,
        hash: hashContent(content),
        truncated: end < bytes.length,
      });
    }),
    { numRuns: 300 },
  );
});

test('a range that ends beyond the file is cut there, a range of bytes may cut characters', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  await using workspace = await openWorkspace({ roots: [directory] });
  await fc.assert(
    fc.asyncProperty(text, fc.nat(120), fc.nat(200), async (content, start, length) => {
      writeFileSync(file, content);
      const bytes = Buffer.from(content);
      const range = { start, end: start + length };
      const result = await workspace.readFile(file, { encoding: 'buffer', range }).catch((error) => error);
      if (start > bytes.length) expect(result).toMatchObject({ code: 'ERR_PLOKE_RANGE' });
      else expect(Buffer.from(result.bytes)).toEqual(bytes.subarray(start, start + length));
    }),
    { numRuns: 200 },
  );
});

test('lines are counted as a plain splitter counts them, from either end', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  await using workspace = await openWorkspace({ roots: [directory] });
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 20 }), fc.nat(20), async (content, first, more) => {
      writeFileSync(file, content);
      const lines = splitLines(content);
      const middle = await workspace.readFile(file, { lines: { start: first, end: first + more } });
      expect(middle.text).toBe(lines.slice(first - 1, first + more).join(''));
      const last = await workspace.readFile(file, { lines: { last: first } });
      expect(last.text).toBe(lines.slice(-first).join(''));
    }),
    { numRuns: 200 },
  );
});

test('a file that is not UTF-8 is refused as text, wherever the broken byte stands, and readable as bytes', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  await using workspace = await openWorkspace({ roots: [directory] });
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  await fc.assert(
    fc.asyncProperty(text, fc.uint8Array({ minLength: 1, maxLength: 4 }), fc.nat(100), async (content, noise, at) => {
      const bytes = Buffer.from(content);
      const place = Math.min(at, bytes.length);
      const mixed = Buffer.concat([bytes.subarray(0, place), noise, bytes.subarray(place)]);
      writeFileSync(file, mixed);
      let decoded: string | undefined;
      try {
        decoded = decoder.decode(mixed);
      } catch {
        decoded = undefined; // TextDecoder in fatal mode is the model of what is not UTF-8.
      }
      const result = await workspace.readFile(file).catch((error) => error);
      if (decoded === undefined) expect(result).toMatchObject({ code: 'ERR_PLOKE_NOT_UTF8' });
      else expect(result).toMatchObject({ text: decoded });
      const raw = await workspace.readFile(file, { encoding: 'buffer' });
      expect(Buffer.from(raw.bytes).equals(mixed)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
