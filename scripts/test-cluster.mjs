// npm run test:cluster [-- --cycles N]
// Two hosts, each with a network and a mount namespace of its own, on one GlusterFS volume: test/cluster/proofs.mjs says what
// is proved. As root, with Debian's glusterfs-server and glusterfs-client; what is missing is told and counted as skipped.
// Nothing is left behind, however it ends: everything lives in namespaces that go with their first process.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { cycles: { type: 'string', default: '200' } } });
const runner = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'test', 'cluster', 'run.mjs');
const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
/** It takes a minute on a machine that does nothing else. */
const timeLimitMs = 300_000;
const environment = { ...process.env, LC_ALL: 'C', PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

function refusal() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'it makes namespaces and mounts, as root on Linux';
  if (!existsSync('/dev/fuse')) return 'there is no /dev/fuse';
  for (const [program, debianPackage] of [
    ['glusterd', 'glusterfs-server'],
    ['mount.glusterfs', 'glusterfs-client'],
    ['ip', 'iproute2'],
    ['nsenter', 'util-linux'],
  ]) {
    const { status } = spawnSync('sh', ['-c', `command -v ${program}`], { env: environment });
    if (status !== 0) return `there is no ${program} (Debian: ${debianPackage})`;
  }
  const tried = 'ip link add tried0 type veth peer name tried1 && ip link add tried2 type bridge';
  const { status, stderr } = spawnSync('unshare', [...namespaces, 'sh', '-c', tried], { env: environment });
  return status === 0 ? undefined : `namespaces or virtual links cannot be made here: ${String(stderr).trim()}`;
}

function prove() {
  return new Promise((resolve) => {
    const args = [...namespaces, process.execPath, runner, values.cycles];
    const child = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'inherit'], env: environment });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeLimitMs);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      process.stdout.write(text);
    });
    child.once('close', () => {
      clearTimeout(timer);
      const last = output.trim().split('\n').at(-1) ?? '';
      resolve(last.startsWith('{') ? JSON.parse(last) : { passed: 0, failed: 1 });
    });
  });
}

const reason = refusal();
if (reason) console.log(`cluster proof skipped: ${reason}`);
const { passed, failed } = reason ? { passed: 0, failed: 0 } : await prove();
console.log(`${passed} passed, ${failed} failed, ${reason ? 1 : 0} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
