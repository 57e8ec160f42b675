import type { Policy } from '../vocabulary.js';

/** What is swapped (swapper.c has the other half), and the paths through which operations meet it. */
export interface RaceMode {
  readonly id: string;
  readonly files: readonly string[];
  readonly directories: readonly string[];
  /** Recursive removes of the contested directory are part of the mode. */
  readonly removesTrees?: boolean;
  /** Where another root's content may show: under these policies it is no escape. */
  readonly otherRootAllowed?: readonly Policy[];
  /** Why the deliberately broken resolver is not let in. */
  readonly withoutNaive?: string;
}

export const raceModes: readonly RaceMode[] = [
  { id: 'file-link', files: ['ws/f'], directories: [] },
  { id: 'directory-link', files: ['ws/d/f', 'ws/d/b/f'], directories: ['ws/d'] },
  { id: 'parent-link', files: ['ws/a/b/f'], directories: ['ws/a/b'] },
  { id: 'intermediate-link', files: ['ws/p/m/c/f'], directories: ['ws/p/m/c', 'ws/p/m'] },
  { id: 'link-retarget', files: ['ws/l'], directories: [] },
  { id: 'directory-link-retarget', files: ['ws/k/f'], directories: ['ws/k'] },
  { id: 'absolute-link-retarget', files: ['ws/l'], directories: [] },
  {
    id: 'moved-out',
    files: ['ws/e/l', 'ws/e/f', 'ws/e/s/f'],
    directories: ['ws/e', 'ws/e/s'],
    withoutNaive: 'its chance lies within one system call, which is too rare for a control',
  },
  { id: 'fifo', files: ['ws/g'], directories: [], withoutNaive: 'its open of a FIFO would block for ever' },
  { id: 'root-path', files: ['ws/f0', 'ws/d0/f'], directories: ['ws/d0', 'ws'] },
  { id: 'dotdot-chain', files: ['ws/q/r/l', 'ws/r/l', 'ws/q/r/f'], directories: ['ws/q/r'] },
  { id: 'cross-root', files: ['ws/x'], directories: [], otherRootAllowed: ['follow'] },
  { id: 'cross-root-directory', files: ['ws/y/f0'], directories: ['ws/y'], otherRootAllowed: ['follow'] },
  { id: 'tree-link', files: ['ws/t/s/f', 'ws/t/s/b/f'], directories: ['ws/t/s', 'ws/t'], removesTrees: true },
  { id: 'file-directory', files: ['ws/h', 'ws/h/f'], directories: ['ws/h'], withoutNaive: 'nothing leads outside' },
  { id: 'final-link-chain', files: ['ws/c'], directories: [] },
];
