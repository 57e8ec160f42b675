import { expect, test } from 'vitest';
import { matrixRows, requiredJobs, Workflow } from '../../../scripts/workflow-model.mjs';

test('a matrix is the product of its lists', () => {
  const matrix = { os: ['a', 'b'], node: [1, 2] };
  expect(matrixRows({ strategy: { matrix } })).toEqual([
    { os: 'a', node: 1 },
    { os: 'a', node: 2 },
    { os: 'b', node: 1 },
    { os: 'b', node: 2 },
  ]);
  expect(matrixRows({})).toEqual([{}]);
});

test('an included entry joins the combinations that it does not change, or is one of its own', () => {
  // The example of GitHub's documentation, "Expanding or adding matrix configurations".
  const matrix = {
    fruit: ['apple', 'pear'],
    animal: ['cat', 'dog'],
    include: [
      { color: 'green' },
      { color: 'pink', animal: 'cat' },
      { fruit: 'apple', shape: 'circle' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ],
  };
  expect(matrixRows({ strategy: { matrix } })).toEqual([
    { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
    { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
    { fruit: 'pear', animal: 'cat', color: 'pink' },
    { fruit: 'pear', animal: 'dog', color: 'green' },
    { fruit: 'banana' },
    { fruit: 'banana', animal: 'cat' },
  ]);
});

test('an excluded combination is gone, and a list of entries alone is the matrix', () => {
  expect(matrixRows({ strategy: { matrix: { a: [1, 2], b: [1], exclude: [{ a: 1 }] } } })).toEqual([{ a: 2, b: 1 }]);
  expect(matrixRows({ strategy: { matrix: { include: [{ a: 1 }, { b: 2 }] } } })).toEqual([{ a: 1 }, { b: 2 }]);
});

test('what a job needs includes the jobs of the workflows that are called on the way', () => {
  const release = new Workflow(
    'release.yml',
    'jobs:\n  check: {}\n  all: { needs: check, uses: ./.github/workflows/all.yml }\n  publish: { needs: [all] }\n  after: { needs: publish }\n',
  );
  const all = new Workflow('all.yml', 'jobs:\n  one: {}\n  two: { uses: ./.github/workflows/inner.yml }\n');
  const inner = new Workflow('inner.yml', 'jobs:\n  three: {}\n');
  expect([...requiredJobs([release, all, inner], 'release.yml', 'publish')].sort()).toEqual([
    'all.yml#one',
    'all.yml#two',
    'inner.yml#three',
    'release.yml#all',
    'release.yml#check',
  ]);
});

test('says where a value stands', () => {
  const workflow = new Workflow(
    'a.yml',
    'jobs:\n  one:\n    steps:\n      - name: x\n        run: |\n          true\n',
  );
  expect(workflow.lineOf('jobs', 'one', 'steps', 0, 'run')).toBe(5);
  expect(workflow.lineOf('jobs', 'two')).toBe(1);
  expect(new Workflow('b.yml', 'jobs: [').syntaxErrors).not.toEqual([]);
});
