import { describe, expect, test } from 'vitest';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import { parsePathArgument } from '../../../src/policy/path-argument.js';
import { createResolver, type Resolver } from '../../../src/policy/resolve.js';
import { macosCases } from '../../confinement/cases/macos.js';
import { windowsCases } from '../../confinement/cases/windows.js';
import { errorClassOf } from '../../confinement/error-class.js';
import type { Argument, ConfinementCase } from '../../confinement/vocabulary.js';

interface Place {
  readonly platform: NodeJS.Platform;
  readonly arena: string;
  readonly separator: string;
}

/** What can be told of a case from its text alone: the refusal, or that the path lies in a root. */
function outcomeOf(subject: ConfinementCase, place: Place): string {
  try {
    resolverOf(subject, place)(argumentOf(subject.path, place), subject.operation);
    return 'inside';
  } catch (error) {
    if (error instanceof PlokeIoError) return errorClassOf(error.code);
    throw error;
  }
}

function resolverOf({ roots = ['ws'] }: ConfinementCase, place: Place): Resolver {
  const entries = roots.map((root, index) => {
    const spelling = parsePathArgument(argumentOf(root, place), 'openWorkspace', place.platform);
    return { spelling, root: index, prefix: '', configured: spelling };
  });
  return createResolver(entries, place.platform);
}

function argumentOf(argument: Argument, { arena, separator }: Place): unknown {
  if (typeof argument === 'string') return arena + separator + argument;
  if ('raw' in argument) return argument.raw.replaceAll('@', arena);
  if ('value' in argument) return argument.value(arena);
  throw new Error('bytes are no argument of these cases');
}

function expectOutcome(subject: ConfinementCase, place: Place): void {
  const outcome = outcomeOf(subject, place);
  for (const expected of Object.values(subject.expect)) {
    // What lies in a root comes to whatever the file system says of it, but to no refusal of the argument.
    const allowed = expected.map((one) => (one === 'INVALID' || one === 'OUTSIDE' ? one : 'inside'));
    expect(allowed).toContain(outcome);
  }
}

describe('on Windows', () => {
  const place: Place = { platform: 'win32', arena: 'C:\\Users\\a b\\arena', separator: '\\' };

  test.each(windowsCases.map((subject) => [subject.id, subject] as const))('%s', (_id, subject) => {
    expectOutcome(subject, place);
  });

  test('the same below a root on a share', () => {
    const share: Place = { ...place, arena: '\\\\host\\share\\arena' };
    const isDrive = /form-|drive-|verbatim|unc-|url/;
    for (const subject of windowsCases) if (!isDrive.test(subject.id)) expectOutcome(subject, share);
  });

  test('a root that is spelt with a lower-case drive, slashes or a verbatim prefix is the same root', () => {
    const { arena } = place;
    for (const root of [arena.replace('C', 'c'), arena.replaceAll('\\', '/'), `\\\\?\\${arena}`, `${arena}\\`]) {
      const spelling = parsePathArgument(root, 'openWorkspace', 'win32').replace(/\/$/, '');
      const resolve = createResolver([{ spelling, root: 0, prefix: '', configured: spelling }], 'win32');
      expect(resolve(`${arena}\\a\\f`, 'stat')).toMatchObject({ relative: 'a/f', path: `${arena}\\a\\f` });
      expect(resolve(`${arena}/a/`, 'stat')).toMatchObject({ relative: 'a/', path: `${arena}\\a` });
    }
  });
});

describe('on macOS', () => {
  const place: Place = { platform: 'darwin', arena: '/Users/a b/arena', separator: '/' };

  test.each(macosCases.map((subject) => [subject.id, subject] as const))('%s', (_id, subject) => {
    expectOutcome(subject, place);
  });

  test('a root is reached by its configured and by its canonical spelling', () => {
    const configured = '/tmp/ws';
    const resolve = createResolver(
      [configured, '/private/tmp/ws'].map((spelling) => ({ spelling, root: 0, prefix: '', configured })),
      'darwin',
    );
    expect(resolve('/tmp/ws/f', 'stat')).toMatchObject({ relative: 'f', path: '/tmp/ws/f' });
    expect(resolve('/private/tmp/ws/f', 'stat')).toMatchObject({ relative: 'f', path: '/tmp/ws/f' });
  });
});

describe('on Linux', () => {
  test('the names that Windows and macOS refuse are ordinary ones', () => {
    const resolve = createResolver([{ spelling: '/ws', root: 0, prefix: '', configured: '/ws' }], 'linux');
    for (const name of ['CON', 'f.', 'f ', 'a:b', 'a\\b', 'a?', '..namedfork', 'PLOKE-~1', 'C:\\ws']) {
      expect(resolve(`/ws/${name}`, 'stat')).toMatchObject({ relative: name, path: `/ws/${name}` });
    }
  });
});
