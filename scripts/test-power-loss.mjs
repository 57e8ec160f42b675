// npm run test:power-loss -- [--short] [--points N] [--fs ext4,xfs,btrfs] [--seed N]
// Power cuts, over real block images that real file systems mount: test/power-loss/README.md. The library must lose nothing
// that it acknowledged; the same workload without the fsync of directories, and without that of files, must be seen to.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fileSystems, notPermitted } from '../test/power-loss/file-systems.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    points: { type: 'string' },
    fs: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const points = values.points ?? (values.short ? '40' : '100');
const names = (values.fs ?? (values.short ? 'ext4' : 'ext4,xfs,btrfs')).split(',');
const scratch = mkdtempSync(path.join(tmpdir(), 'ploke-io-power-'));
// Where the recorder mounts what it works in.
const folder = path.join(scratch, 'run');
const has = (program) => spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`]).status === 0;

function refusal() {
  if (process.getuid?.() !== 0) return 'it mounts file systems, which only root may';
  if (!existsSync('/dev/fuse') || !existsSync('/dev/loop-control')) return 'there is no /dev/fuse or no loop device';
  if (!has('cc')) return 'there is no C compiler';
  return undefined;
}

function build() {
  const source = (name) => path.join(root, 'test', 'power-loss', name);
  const recorder = path.join(scratch, 'recorder');
  const preload = path.join(scratch, 'without-sync.so');
  execFileSync('cc', ['-O2', '-o', recorder, source('recorder.c')]);
  execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', preload, source('without-sync.c'), '-ldl']);
  return { recorder, preload };
}

/** One recording and its images; undefined where it could not be made or, then counted as skipped, may not be. */
function rig({ recorder, preload }, fileSystem, without, count) {
  const steps = values.short ? '3' : '6';
  const options = ['--fs', fileSystem, '--points', count, '--seed', values.seed, '--scratch', folder];
  const { status, stdout, stderr } = spawnSync(
    recorder,
    [
      ...[String(process.pid), folder, String(fileSystems[fileSystem].bytes)],
      ...[process.execPath, path.join(root, 'test', 'power-loss', 'rig.mjs'), ...options],
      ...['--preload', preload, ...(without ? ['--without', without] : [])],
      ...[path.join(root, 'test', 'crash', 'workload.mjs'), values.seed, steps],
    ],
    {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
      maxBuffer: 2 ** 26,
    },
  );
  if (status === 0) return JSON.parse(stdout.trim().split('\n').at(-1));
  if (status === notPermitted) {
    console.log(`${fileSystem} skipped: this process may not mount it: ${stderr.trim()}`);
    skipped += 1;
    return undefined;
  }
  console.log(`${fileSystem}: the recording failed (${status}): ${stderr}`);
  failed += 1;
  return undefined;
}

let passed = 0;
let failed = 0;
let skipped = 0;
function count(label, result, isRight) {
  if (!result) return;
  if (isRight(result)) passed += 1;
  else failed += 1;
  const { images, windows, acknowledged, lost, torn, stray, broken, swept, examples } = result;
  const verdict = isRight(result) ? 'as it should be' : 'WRONG';
  console.log(
    `${label}: ${images} images of ${windows} flush windows, ${acknowledged} acknowledged; images with a loss ${lost}, ` +
      `with a torn file ${torn}, with a stray one ${stray}, broken ${broken}; leftovers swept ${swept}: ${verdict}`,
  );
  if (!isRight(result)) for (const example of examples) console.log(`  ${example}`);
}

try {
  const reason = refusal();
  if (reason) {
    console.log(`power-loss proof skipped: ${reason}`);
    skipped += 1;
  } else {
    const programs = build();
    mkdirSync(folder);
    for (const fileSystem of names) {
      if (!has(`mkfs.${fileSystem}`)) {
        console.log(`${fileSystem} skipped: there is no mkfs.${fileSystem}`);
        skipped += 1;
        continue;
      }
      // Were nothing ever left behind, the sweep would not have been tested.
      const isWhole = ({ lost, torn, stray, broken, swept }) => lost + torn + stray + broken === 0 && swept > 0;
      count(fileSystem, rig(programs, fileSystem, undefined, points), isWhole);
      // The controls: a rig that cannot see a loss proves nothing. Each ends at the first, so many points cost little.
      const many = String(5 * Number(points));
      const isCaught = ({ lost, torn }) => lost + torn > 0;
      for (const without of ['directories', 'files']) {
        const label = `${fileSystem} without fsync of ${without}`;
        count(label, rig(programs, fileSystem, without, many), isCaught);
      }
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);
