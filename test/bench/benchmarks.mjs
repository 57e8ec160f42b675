// The benchmarks by name, and what is told of each besides its figures.
import { benchLocks } from './lock.mjs';
import { loadAverage } from './machine.mjs';
import { benchProfile } from './profile.mjs';
import { benchRead } from './read.mjs';
import { benchScale } from './scale.mjs';
import { benchScan } from './scan.mjs';
import { benchWatch } from './watch.mjs';
import { benchWrites } from './write.mjs';

export const benchmarks = new Map([
  ['read', benchRead],
  ['scan', benchScan],
  ['lock', benchLocks],
  ['write', benchWrites],
  ['profile', benchProfile],
  ['watch', benchWatch],
  ['scale', benchScale],
]);

/** Those that take many minutes are run only where they are asked for. */
export const usual = ['read', 'scan', 'lock', 'write'];

/** Options that say what is measured, as they are given on the command line. */
const spelt = [
  ['files', '--files'],
  ['directories', '--directories'],
  ['corpus', '--corpus'],
  ['only', '--only'],
  ['most', '--most'],
  ['mostBytes', '--most-bytes'],
  ['rounds', '--rounds'],
];

/** What reproduces a part. */
export function commandOf(name, options) {
  const given = spelt.filter(([key]) => options[key] !== undefined).map(([key, flag]) => `${flag} ${options[key]}`);
  if (options.stamps) given.push('--stamps');
  return ['npm run bench --', name, ...given].join(' ');
}

export async function measurePart(name, options) {
  const loadBefore = loadAverage();
  const part = await benchmarks.get(name)(options);
  return { ...part, command: commandOf(name, options), loadBefore, loadAfter: loadAverage() };
}
