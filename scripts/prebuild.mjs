// @ts-check
// npm run prebuild -- all | linux-x64 | linux-arm64-musl | win32-x64 | …
// Compiles the addon for other platforms, on one Linux machine, into prebuilds/. One after the other, each with two
// compilers at a time; the first that fails ends the command with what the compiler said.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDirect } from './prebuild/direct.mjs';
import { gypTarget } from './prebuild/gyp-target.mjs';
import { buildLinux } from './prebuild/linux.mjs';
import { targetsNamed } from './prebuild/targets.mjs';
import { bringToolchain, nodeApiVersion, root } from './prebuild/toolchain.mjs';

const names = process.argv.slice(2);
if (names.length === 0) {
  // npm takes the script "prebuild" for what comes before "build" and runs it then, with no arguments: nothing to do.
  console.log('no target, so no prebuilt addon is made: npm run prebuild -- all | TARGET…');
  process.exit(0);
}
const wanted = targetsNamed(names);
// binding.gyp asks for it: what a newer zig warns of is not shipped unread.
process.env.PLOKE_IO_WERROR = '1';
const { defines } = gypTarget(
  readFileSync(join(root, 'binding.gyp'), 'utf8'),
  { OS: 'linux', target_arch: 'x64' },
  root,
);
const toolchain = bringToolchain(nodeApiVersion(defines));
for (const target of wanted) {
  const begun = performance.now();
  const file = await (target.platform === 'linux' ? buildLinux : buildDirect)(target, toolchain);
  console.log(`${file}  ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}
