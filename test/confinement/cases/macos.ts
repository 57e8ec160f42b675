import { everywhere, file, invalid, outside, raw } from '../steps.js';
import type { ConfinementCase } from '../vocabulary.js';

/** What a caller may pass as a path on macOS and what is particular to it. Each can be told from the text alone. */
export const macosCases: readonly ConfinementCase[] = [
  // Carried over from the catalogue.
  {
    id: 'mac/case-alias',
    setup: [file('ws/Dir/f', 'in')],
    operation: 'readFile',
    path: 'ws/dir/f',
    expect: everywhere('ok=in', 'NOTFOUND'),
  },
  {
    id: 'mac/case-root',
    setup: [file('ws/f', 'in')],
    operation: 'readFile',
    path: 'WS/f',
    expect: everywhere('OUTSIDE', 'ok=in'),
    note: 'by text outside; by identity inside',
  },
  {
    id: 'mac/private-tmp',
    setup: [file('ws/f', 'in')],
    operation: 'readFile',
    path: 'ws/f',
    expect: everywhere('ok=in'),
    note: '/tmp, /var and /etc are links into /private: accept both spellings of a root',
  },
  {
    id: 'mac/resource-fork',
    setup: [file('ws/f', 'in')],
    operation: 'readFile',
    path: 'ws/f/..namedfork/rsrc',
    expect: everywhere('INVALID', 'NOTFOUND', 'NOTDIR'),
    note: 'refuse a component ..namedfork',
  },
  {
    id: 'mac/volfs',
    setup: [],
    operation: 'readFile',
    path: raw('/.vol/1/2'),
    expect: everywhere('OUTSIDE', 'INVALID'),
    note: 'file-id paths',
  },
  {
    id: 'mac/firmlink',
    setup: [],
    operation: 'listDirectory',
    path: raw('/System/Volumes/Data@/ws'),
    expect: everywhere('OUTSIDE', 'ok'),
    note: 'the data volume alias of every path',
  },
  // Further ones.
  {
    id: 'mac/resource-fork-case',
    setup: [file('ws/f', 'in')],
    operation: 'readFile',
    path: 'ws/f/..NamedFork/data',
    expect: invalid,
  },
  {
    id: 'mac/private-outside',
    setup: [],
    operation: 'readFile',
    path: raw('/private@/ws/f'),
    expect: outside,
    note: 'neither the configured nor the canonical spelling',
  },
  {
    id: 'mac/nfd-root',
    roots: ['é'],
    setup: [file('é/f', 'in')],
    operation: 'readFile',
    path: 'e\u0301/f',
    expect: everywhere('OUTSIDE', 'ok=in'),
  },
  { id: 'mac/own-case', setup: [], operation: 'createFile', path: 'ws/.PLOKE-IO/owner', expect: invalid },
  { id: 'mac/own-ignorable', setup: [], operation: 'createFile', path: 'ws/.ploke\u200d-io/owner', expect: invalid },
  {
    id: 'mac/own-ignorable-first',
    setup: [],
    operation: 'createFile',
    path: 'ws/\ufeff.ploke-io/owner',
    expect: invalid,
  },
  { id: 'mac/own-kelvin', setup: [], operation: 'createFile', path: 'ws/.plo\u212ae-io/owner', expect: invalid },
  { id: 'mac/colon', setup: [], operation: 'createFile', path: 'ws/a:b', expect: everywhere('ok') },
  { id: 'mac/backslash', setup: [], operation: 'createFile', path: 'ws/a\\b', expect: everywhere('ok') },
];
