import { expect, test } from 'vitest';
import { evaluate, interpolate } from '../../../scripts/workflow-expressions.mjs';

const contexts = { matrix: { node: 20, os: 'ubuntu-24.04', image: '' }, runner: { os: 'Linux' } };

test.each<[string, unknown]>([
  ['matrix.node', 20],
  ['matrix.none', undefined],
  ['matrix.none.deeper', undefined],
  ["'it''s'", "it's"],
  ["runner.os == 'linux'", true],
  ["runner.os != 'Linux'", false],
  ["matrix.node == '20'", true],
  ['!matrix.image', true],
  ['!matrix.none', true],
  ["matrix.image || 'node'", 'node'],
  ["matrix.os && 'yes' || 'no'", 'yes'],
  ["matrix.image && 'yes' || 'no'", 'no'],
  ["(runner.os == 'Windows' || runner.os == 'Linux') && true", true],
  ["!(runner.os == 'Linux')", false],
])('%s', (expression, value) => {
  expect(evaluate(expression, contexts)).toBe(value);
});

test.each(['secrets.TOKEN', 'contains(matrix.os, 1)', 'matrix.os ==', "'open", '(matrix.os', 'matrix[0]', ''])(
  'refuses %s instead of guessing',
  (expression) => {
    expect(() => evaluate(expression, contexts)).toThrow(/not (known|understood|closed)/);
  },
);

test('puts values into a text', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
  expect(interpolate('node:${{ matrix.node }}-${{matrix.none}}x', contexts)).toBe('node:20-x');
});
