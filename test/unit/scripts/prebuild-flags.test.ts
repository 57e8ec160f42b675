import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fastSources } from '../../../scripts/prebuild/flags.mjs';
import { gypTarget } from '../../../scripts/prebuild/gyp-target.mjs';
import { projectRoot } from '../../support/child.js';

test.each(['linux', 'win', 'mac'] as const)('what is compiled for speed is compiled at all on %s', (OS) => {
  const text = readFileSync(path.join(projectRoot, 'binding.gyp'), 'utf8');
  const { sources } = gypTarget(text, { OS, target_arch: 'x64' }, projectRoot);
  // A source that was renamed would be compiled for size, and nobody would notice.
  expect(fastSources.filter((source) => !sources.includes(source))).toEqual([]);
});
