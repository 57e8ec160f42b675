import { absent, content, file, linkAt } from '../steps.js';
import {
  type ConfinementCase,
  type Expectation,
  type Expectations,
  type Fact,
  type OperationName,
  type Outcome,
  type Policy,
  policies,
} from '../vocabulary.js';
import { type LastName, type Reached, type Shape, shapes } from './shapes.js';

/** What an operation makes of what it meets. */
type Rule = (met: { readonly reached: Reached; readonly last: LastName; readonly policy: Policy }) => Expectation;

interface Column {
  readonly operation: OperationName;
  readonly rule: Rule;
  /** The path of the shape is the other end: ws/source is renamed to it. */
  readonly toPath?: boolean;
  /** Success puts new content where the path leads. */
  readonly writes?: boolean;
}

const withoutLast = (expected: Expectation): Expectation =>
  expected.filter((outcome) => outcome !== 'EXISTS') as unknown as Expectation;
const alsoFor = (expected: Expectation, when: Outcome, more: Outcome): Expectation =>
  expected.includes(when) ? [...expected, more] : expected;

/** For operations that look at a file's content or write it through links. */
const throughFile =
  (found: (content: string) => Expectation, missing: Expectation, dangling: Expectation): Rule =>
  ({ reached }) => {
    if (reached === 'special') return ['NOTFILE'];
    if (reached === 'missing') return missing;
    if (reached === 'dangling') return dangling;
    if ('file' in reached) return found(reached.file);
    return 'directory' in reached ? ['ISDIR'] : withoutLast(reached.refused);
  };

const reading = throughFile((text) => [`ok=${text}`], ['NOTFOUND'], ['NOTFOUND']);
const writing = throughFile(() => ['ok'], ['NOTFOUND'], ['NOTFOUND', 'LINK']);

const readingOrUndefined: Rule = (met) => {
  if (met.reached === 'missing' || met.reached === 'dangling') return ['ok=undefined'];
  return alsoFor(reading(met), 'NOTDIR', 'ok=undefined');
};

const scanning: Rule = (met) => {
  if (met.reached === 'missing' || met.reached === 'dangling') return ['ok=removed'];
  const plain = alsoFor(alsoFor(reading(met), 'NOTDIR', 'ok=removed'), 'ISDIR', 'ok=removed');
  return alsoFor(plain, 'NOTFILE', 'ok=removed');
};

const stating: Rule = ({ reached }) => {
  if (reached === 'special') return ['ok=other'];
  if (reached === 'missing' || reached === 'dangling') return ['NOTFOUND'];
  if ('file' in reached) return ['ok=file'];
  if ('directory' in reached) return ['ok=directory'];
  return alsoFor(withoutLast(reached.refused), 'HARDLINK', 'ok=file');
};

const statingLink: Rule = ({ last, policy }) => {
  if (typeof last === 'object') return withoutLast(last.refused);
  // Its directory shows it, so looking at the name crosses nothing.
  if (last === 'mount-point') return ['XDEV', 'ok=directory'];
  if (last === 'missing') return ['NOTFOUND'];
  if (last === 'special') return ['ok=other'];
  if (last === 'link') return policy === 'deny' ? ['ok=symlink', 'LINK'] : ['ok=symlink'];
  if (last === 'hard-link') return ['ok=file', 'HARDLINK'];
  return last === 'file' ? ['ok=file'] : ['ok=directory'];
};

const listing: Rule = ({ reached }) => {
  if (reached === 'special') return ['NOTDIR', 'NOTFILE'];
  if (reached === 'missing' || reached === 'dangling') return ['NOTFOUND'];
  if ('file' in reached) return ['NOTDIR'];
  if ('directory' in reached) return [`ok=${reached.directory}`];
  return alsoFor(withoutLast(reached.refused), 'HARDLINK', 'NOTDIR');
};

const creating: Rule = ({ last, policy }) => {
  if (typeof last === 'object') return last.refused;
  if (last === 'mount-point') return ['EXISTS', 'XDEV'];
  if (last === 'missing') return ['ok'];
  return last === 'link' && policy === 'deny' ? ['EXISTS', 'LINK'] : ['EXISTS'];
};

const creatingOver: Rule = ({ last }) => {
  if (typeof last === 'object') return last.refused;
  switch (last) {
    case 'missing':
      return ['ok'];
    case 'file':
      return ['ok'];
    case 'hard-link':
      return ['ok', 'HARDLINK'];
    case 'directory':
      return ['ISDIR', 'EXISTS'];
    case 'mount-point':
      return ['XDEV', 'ISDIR', 'EXISTS'];
    case 'special':
      return ['NOTFILE', 'EXISTS', 'ok'];
    case 'link':
      // The link may be replaced, or refused; in no case does its target change, which out/ and the facts show.
      return ['ok', 'EXISTS', 'LINK', 'ESCAPE', 'CROSSROOT', 'LOOP', 'NOTFOUND', 'NOTFILE', 'ISDIR'];
  }
};

const removing: Rule = ({ last }) => {
  if (typeof last === 'object') return withoutLast(last.refused);
  if (last === 'mount-point') return ['XDEV', 'ISDIR', 'BUSY'];
  if (last === 'missing') return ['NOTFOUND'];
  if (last === 'directory') return ['ISDIR'];
  if (last === 'special') return ['ok', 'NOTFILE'];
  return last === 'hard-link' ? ['ok', 'HARDLINK'] : ['ok'];
};

const renamingFrom: Rule = ({ last }) => {
  if (typeof last === 'object') return withoutLast(last.refused);
  if (last === 'mount-point') return ['XDEV', 'BUSY'];
  if (last === 'missing') return ['NOTFOUND'];
  if (last === 'special') return ['ok', 'NOTFILE'];
  return last === 'hard-link' ? ['ok', 'HARDLINK'] : ['ok'];
};

const renamingTo: Rule = ({ last }) => {
  if (typeof last === 'object') return last.refused;
  if (last === 'mount-point') return ['XDEV', 'ISDIR', 'EXISTS', 'BUSY', 'NOTEMPTY'];
  if (last === 'directory') return ['ISDIR', 'EXISTS', 'NOTEMPTY'];
  if (last === 'special') return ['ok', 'NOTFILE', 'EXISTS'];
  return last === 'hard-link' ? ['ok', 'HARDLINK'] : ['ok'];
};

const makingDirectory: Rule = ({ reached, last, policy }) => {
  if (typeof last === 'object') return last.refused;
  if (last === 'mount-point') return ['XDEV', 'EXISTS', 'ok=unchanged'];
  if (last === 'missing') return ['ok'];
  if (last === 'directory') return ['ok', 'EXISTS'];
  if (last !== 'link') return ['EXISTS', 'NOTDIR'];
  if (policy === 'deny') return ['LINK', 'EXISTS'];
  if (typeof reached === 'object' && 'refused' in reached) return [...reached.refused, 'EXISTS'];
  const toDirectory = typeof reached === 'object' && 'directory' in reached;
  if (toDirectory) return ['ok', 'EXISTS'];
  return reached === 'dangling' ? ['EXISTS', 'NOTDIR', 'LINK', 'NOTFOUND'] : ['EXISTS', 'NOTDIR'];
};

const removingDirectory: Rule = ({ last, policy }) => {
  if (typeof last === 'object') return withoutLast(last.refused);
  if (last === 'mount-point') return ['XDEV', 'BUSY'];
  if (last === 'missing') return ['NOTFOUND'];
  if (last === 'directory') return ['ok'];
  if (last === 'link')
    return policy === 'deny' ? ['LINK', 'NOTDIR'] : ['NOTDIR', 'LINK', 'ESCAPE', 'CROSSROOT', 'LOOP'];
  return ['NOTDIR'];
};

const columns: readonly Column[] = [
  { operation: 'readFile', rule: reading },
  { operation: 'readFileBytes', rule: reading },
  { operation: 'readFileOrUndefined', rule: readingOrUndefined },
  { operation: 'readFiles', rule: reading },
  { operation: 'readSnippets', rule: reading },
  { operation: 'createReadStream', rule: reading },
  { operation: 'scanChanges', rule: scanning },
  { operation: 'stat', rule: stating },
  { operation: 'statLink', rule: statingLink },
  { operation: 'listDirectory', rule: listing },
  { operation: 'listFiles', rule: listing },
  { operation: 'writeFile', rule: throughFile(() => ['ok'], ['ok'], ['LINK', 'NOTFOUND', 'EXISTS']), writes: true },
  { operation: 'writeExisting', rule: writing, writes: true },
  { operation: 'writeFiles', rule: writing, writes: true },
  { operation: 'writeSnippets', rule: writing, writes: true },
  { operation: 'previewSnippets', rule: writing },
  {
    operation: 'updateFile',
    rule: throughFile(() => ['ok'], ['NOTFOUND', 'ok'], ['LINK', 'NOTFOUND', 'EXISTS']),
    writes: true,
  },
  { operation: 'createFile', rule: creating },
  { operation: 'createFiles', rule: creating },
  { operation: 'createFileReplacing', rule: creatingOver },
  { operation: 'removeFile', rule: removing },
  { operation: 'rename', rule: renamingFrom },
  { operation: 'rename', rule: renamingTo, toPath: true },
  { operation: 'createDirectory', rule: makingDirectory },
  { operation: 'removeTree', rule: removingDirectory },
];

function cell(shape: Shape, column: Column): ConfinementCase {
  const expect = expectations(shape, column);
  const after: Fact[] = [];
  for (const policy of policies) after.push(...factsAfter(shape, column, policy, expect[policy]));
  const { name, reached: _reached, last: _last, target: _target, path, setup, ...circumstances } = shape;
  return {
    ...circumstances,
    id: `matrix/${name}/${column.operation}${column.toPath === true ? '-to' : ''}`,
    setup: column.toPath === true ? [...setup, file('ws/source', 'src')] : setup,
    operation: column.operation,
    path: column.toPath === true ? 'ws/source' : path,
    ...(column.operation === 'rename' ? { to: column.toPath === true ? path : 'ws/renamed' } : {}),
    expect,
    after,
    // A hard link that is written, moved or removed inside changes what else is told of its other name.
    ...(name === 'hard-link-refused' ? { loose: true } : {}),
  };
}

function expectations(shape: Shape, column: Column): Expectations {
  const forPolicy = (policy: Policy): Expectation =>
    column.rule({ reached: shape.reached[policy], last: shape.last[policy], policy });
  return { 'deny-cross-root': forPolicy('deny-cross-root'), follow: forPolicy('follow'), deny: forPolicy('deny') };
}

const surely = (expected: Expectation): boolean => expected.every((outcome) => outcome.startsWith('ok'));
/** What must be so afterwards: the content is where it should be, and nothing behind a link has changed unasked. */
function factsAfter(shape: Shape, column: Column, policy: Policy, expected: Expectation): Fact[] {
  const facts: Fact[] = [];
  const finalLink = shape.last[policy] === 'link';
  if (shape.target !== undefined) {
    const left = surely(expected) ? contentLeft(column, finalLink) : 'in';
    facts.push(left === undefined ? absent(shape.target, policy) : content(shape.target, left, policy));
  }
  if (finalLink && column.writes === true) {
    const made = shape.setup.find((step) => 'link' in step && step.link === shape.path);
    if (made !== undefined && 'to' in made && 'link' in made) facts.push(linkAt(made.link, made.to, policy));
  }
  return facts;
}

/** The content of the target after the operation succeeded; undefined: the target is gone. */
function contentLeft(column: Column, finalLink: boolean): string | undefined {
  if (column.writes === true) return 'new';
  // What acts on the last name acts on the link.
  if (finalLink) return 'in';
  switch (column.operation) {
    case 'createFileReplacing':
      return 'new';
    case 'rename':
      return column.toPath === true ? 'src' : undefined;
    case 'removeFile':
      return undefined;
    default:
      return 'in';
  }
}

/** Every operation on every shape. */
export const matrixCases: readonly ConfinementCase[] = shapes.flatMap((shape) =>
  columns.map((column) => cell(shape, column)),
);
