import { byPolicy, directory, escapes, file, followed, link } from '../steps.js';
import type { CaseOptions, Expectation, Need, Policy, Step } from '../vocabulary.js';

/** What one meets by following a path to its end. */
export type Reached =
  | { readonly file: string }
  | { readonly directory: string }
  | 'special'
  | 'missing'
  /** A link leads, inside the root, to nothing. */
  | 'dangling'
  | { readonly refused: Expectation };

/** What stands at the last name itself, which create, remove and rename never follow. */
export type LastName =
  | 'file'
  | 'hard-link'
  | 'directory'
  | 'mount-point'
  | 'special'
  | 'missing'
  | 'link'
  | { readonly refused: Expectation };

/** A way in which a path can be laid out; every operation is run on every shape. */
export interface Shape {
  readonly name: string;
  readonly setup: readonly Step[];
  readonly path: string;
  readonly reached: Readonly<Record<Policy, Reached>>;
  readonly last: Readonly<Record<Policy, LastName>>;
  /** Where the content is that a write through the path replaces. */
  readonly target?: string;
  readonly roots?: readonly string[];
  readonly options?: CaseOptions;
  readonly needs?: readonly Need[];
  readonly loose?: boolean;
}

const all = <T>(value: T): Readonly<Record<Policy, T>> => ({ 'deny-cross-root': value, follow: value, deny: value });
const links = <T>(value: T, denied: T): Readonly<Record<Policy, T>> => ({ ...all(value), deny: denied });

const noLinks = { refused: ['LINK'] } as const;
const refusedAs = (
  expectations: Readonly<Record<Policy, Expectation>>,
): Readonly<Record<Policy, { refused: Expectation }>> => ({
  'deny-cross-root': { refused: expectations['deny-cross-root'] },
  follow: { refused: expectations.follow },
  deny: { refused: expectations.deny },
});
const inside: Reached = { file: 'in' };
const insideUnlessDenied = links<Reached>(inside, noLinks);
const escaping = refusedAs(escapes);
const looping = refusedAs(followed('LOOP'));
const upAndBack = { ...escaping, follow: inside };
const acrossRoots = { ...refusedAs(byPolicy(['CROSSROOT'], ['ESCAPE'], ['LINK'])), follow: inside };
const finalLink = all<LastName>('link');

const oneLink = (name: string, to: string, reached: Shape['reached'], more: Partial<Shape> = {}): Shape => ({
  name: `final-${name}`,
  path: 'ws/l',
  reached,
  last: finalLink,
  ...more,
  setup: [...(more.setup ?? []), link('ws/l', to)],
});

const directoryLink = (
  name: string,
  to: string,
  below: string,
  reached: Shape['reached'],
  more: Partial<Shape> = {},
): Shape => ({
  name: `directory-${name}`,
  path: `ws/l/${below}`,
  reached,
  last: lastBelow(reached),
  ...more,
  setup: [...(more.setup ?? []), link('ws/l', to)],
});

/** Where the way to the parent is open, the last name is what is reached; where it is not, neither is the last name. */
function lastBelow(reached: Shape['reached']): Shape['last'] {
  const lastOf = (met: Reached): LastName => {
    if (met === 'dangling') throw new Error('a path below a dangling link has no last name');
    if (typeof met === 'string') return met;
    if ('file' in met) return 'file';
    return 'directory' in met ? 'directory' : met;
  };
  return {
    'deny-cross-root': lastOf(reached['deny-cross-root']),
    follow: lastOf(reached.follow),
    deny: lastOf(reached.deny),
  };
}

const f = file('ws/f', 'in');
const d = file('ws/d/f', 'in');
const b = file('wb/f', 'in');
const two = { roots: ['ws', 'wb'] };

export const shapes: readonly Shape[] = [
  { name: 'plain-file', path: 'ws/f', setup: [f], target: 'ws/f', reached: all(inside), last: all('file') },
  { name: 'plain-directory', path: 'ws/d', setup: [d], reached: all({ directory: 'f' }), last: all('directory') },
  { name: 'missing', path: 'ws/none', setup: [f], reached: all('missing'), last: all('missing') },
  {
    name: 'outside-file',
    path: 'out/secret',
    setup: [],
    reached: all({ refused: ['OUTSIDE'] }),
    last: all({ refused: ['OUTSIDE'] }),
  },
  {
    name: 'outside-missing',
    path: 'out/none',
    setup: [],
    reached: all({ refused: ['OUTSIDE'] }),
    last: all({ refused: ['OUTSIDE'] }),
  },
  {
    name: 'outside-by-dotdot',
    path: 'ws/../out/secret',
    setup: [],
    reached: all({ refused: ['OUTSIDE'] }),
    last: all({ refused: ['OUTSIDE'] }),
  },
  {
    name: 'below-file',
    path: 'ws/f/x',
    setup: [f],
    reached: all({ refused: ['NOTDIR'] }),
    last: all({ refused: ['NOTDIR', 'EXISTS'] }),
  },
  { name: 'fifo', path: 'ws/p', setup: [{ fifo: 'ws/p' }], reached: all('special'), last: all('special') },
  { name: 'socket', path: 'ws/s', setup: [{ socket: 'ws/s' }], reached: all('special'), last: all('special') },
  {
    name: 'device',
    path: 'ws/v',
    needs: ['root'],
    setup: [{ device: 'ws/v', major: 1, minor: 3 }],
    reached: all('special'),
    last: all('special'),
  },
  oneLink('relative-in', 'd/f', insideUnlessDenied, { setup: [d], target: 'ws/d/f' }),
  oneLink('absolute-same-root', '@/ws/d/f', insideUnlessDenied, { setup: [d], target: 'ws/d/f' }),
  oneLink('to-directory', 'd', links<Reached>({ directory: 'f' }, noLinks), { setup: [d] }),
  oneLink('to-fifo', 'p', links<Reached>('special', noLinks), { setup: [{ fifo: 'ws/p' }] }),
  oneLink('relative-out', '../out/secret', escaping),
  oneLink('absolute-out', '@/out/secret', escaping),
  oneLink('directory-out', '@/out', escaping),
  oneLink('dangling-in', 'missing', links<Reached>('dangling', noLinks)),
  oneLink('dangling-out', '@/out/missing', escaping),
  oneLink('dangling-far-out', '/nonexistent-ploke/x', escaping),
  oneLink('loop', 'l', looping),
  oneLink('chain-41', 'c0', looping, { setup: [f, { chain: 'ws', length: 40, to: 'f' }] }),
  oneLink('up-and-back', '../ws/d/f', upAndBack, { setup: [d], target: 'ws/d/f' }),
  oneLink('other-root-relative', '../wb/f', acrossRoots, { ...two, setup: [b], target: 'wb/f' }),
  oneLink('other-root-absolute', '@/wb/f', acrossRoots, { ...two, setup: [b], target: 'wb/f' }),
  oneLink('magic-in', '/proc/self/root@/ws/f', escaping, { setup: [f] }),
  oneLink('device-out', '/dev/zero', escaping),
  directoryLink('relative-in', 'd', 'f', insideUnlessDenied, { setup: [d], target: 'ws/d/f' }),
  directoryLink('absolute-same-root', '@/ws/d', 'f', insideUnlessDenied, { setup: [d], target: 'ws/d/f' }),
  directoryLink('relative-in-missing', 'd', 'none', links<Reached>('missing', noLinks), { setup: [d] }),
  directoryLink('relative-out', '../out', 'secret', escaping),
  directoryLink('absolute-out', '@/out', 'secret', escaping),
  directoryLink('out-missing', '@/out', 'none', escaping),
  directoryLink('dangling-out', '@/out/none', 'x', escaping),
  directoryLink('up-and-back', '../ws/d', 'f', upAndBack, { setup: [d], target: 'ws/d/f' }),
  directoryLink('other-root', '@/wb', 'f', acrossRoots, { ...two, setup: [b], target: 'wb/f' }),
  directoryLink('loop', 'l', 'x', looping),
  directoryLink('to-file', 'f', 'x', links<Reached>({ refused: ['NOTDIR', 'EXISTS'] }, noLinks), { setup: [f] }),
  directoryLink('magic-cwd', '/proc/self/cwd', 'package.json', escaping),
  {
    name: 'directory-magic-held',
    path: 'ws/l/secret',
    setup: [{ heldHandle: 'out', link: 'ws/l' }],
    reached: escaping,
    last: lastBelow(escaping),
  },
  {
    name: 'hard-link-refused',
    path: 'ws/h',
    setup: [f, { hardLink: 'ws/h', to: 'ws/f' }],
    options: { allowHardLinks: false },
    reached: all({ refused: ['HARDLINK'] }),
    last: all('hard-link'),
  },
  {
    name: 'mount-refused',
    path: 'ws/m/secret',
    needs: ['root', 'mount'],
    setup: [directory('ws/m'), { bind: 'ws/m', from: 'out' }],
    options: { allowMounts: false },
    reached: all({ refused: ['XDEV'] }),
    last: all({ refused: ['XDEV'] }),
  },
  {
    name: 'mount-point-refused',
    path: 'ws/m',
    needs: ['root', 'mount'],
    setup: [directory('ws/m'), { bind: 'ws/m', from: 'out' }],
    options: { allowMounts: false },
    // A write may look at the name first and see a directory.
    reached: all({ refused: ['XDEV', 'ISDIR'] }),
    last: all('mount-point'),
  },
  {
    name: 'tmpfs-refused',
    path: 'ws/m/f',
    needs: ['root', 'mount'],
    setup: [directory('ws/m'), { tmpfs: 'ws/m', options: 'size=1m' }, file('ws/m/f', 'in')],
    options: { allowMounts: false },
    reached: all({ refused: ['XDEV'] }),
    last: all({ refused: ['XDEV'] }),
  },
];
