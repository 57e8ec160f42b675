// A GlusterFS volume and two hosts on it, in namespaces of their own: run within `unshare --mount --net --pid`, whose end
// takes all of it along, processes, mounts and links. Nothing is written outside of memory.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const server = '10.9.0.1';
/** Hides what the machine has there, for as long as these namespaces last. */
const hidden = ['/run', '/var/lib/glusterd', '/var/log/glusterfs'];
/** Where each host mounts the volume. */
export const mountPoint = '/run/volume';

/** By default a host that is cut off keeps its locks for 42 s; a test has not that long. */
const options = {
  'network.ping-timeout': '3',
  'server.tcp-user-timeout': '3',
  'server.keepalive-time': '1',
  'server.keepalive-interval': '1',
  'server.keepalive-count': '3',
};

function run(program, ...args) {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const gluster = (...args) => run('gluster', '--mode=script', ...args);

async function until(isTrue, what) {
  for (let tries = 0; !isTrue(); tries++) {
    if (tries === 300) throw new Error(`waited in vain for ${what}`);
    await sleep(100);
  }
}

/** Makes the network, starts the server and gives the hosts. */
export async function startVolume() {
  run('mount', '--make-rprivate', '/');
  for (const directory of hidden) {
    mkdirSync(directory, { recursive: true });
    run('mount', '-t', 'tmpfs', 'cluster', directory);
  }
  for (const directory of ['/run/netns', '/run/gluster', '/run/brick', mountPoint]) mkdirSync(directory);
  run('ip', 'link', 'set', 'lo', 'up');
  run('ip', 'link', 'add', 'bridge0', 'type', 'bridge');
  run('ip', 'address', 'add', `${server}/24`, 'dev', 'bridge0');
  run('ip', 'link', 'set', 'bridge0', 'up');
  run('glusterd');
  await until(() => isAnswering(), 'the server');
  gluster('volume', 'create', 'shared', `${server}:/run/brick/shared`, 'force');
  for (const [name, value] of Object.entries(options)) gluster('volume', 'set', 'shared', name, value);
  gluster('volume', 'start', 'shared');
  return Promise.all(['a', 'b'].map((name, index) => startHost(name, `10.9.0.${index + 2}`)));
}

function isAnswering() {
  try {
    gluster('volume', 'list');
    return true;
  } catch {
    return false;
  }
}

/** A network namespace with a cable to the server, and a mount namespace that has the volume. */
async function startHost(name, address) {
  const inside = ['-n', name];
  run('ip', 'netns', 'add', name);
  run('ip', 'link', 'add', `cable-${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  run('ip', 'link', 'set', `cable-${name}`, 'master', 'bridge0', 'up');
  run('ip', ...inside, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  run('ip', ...inside, 'link', 'set', 'eth0', 'up');
  run('ip', ...inside, 'link', 'set', 'lo', 'up');
  const ready = `/run/ready-${name}`;
  const mount = `mount -t glusterfs ${server}:/shared ${mountPoint} && touch ${ready} && exec sleep infinity`;
  const holder = spawn('ip', ['netns', 'exec', name, 'unshare', '--mount', 'sh', '-c', mount], { stdio: 'inherit' });
  await until(() => existsSync(ready), `the mount of host ${name}`);
  return {
    name,
    /** A program and its arguments that run on this host. */
    command: ['nsenter', '--mount', '--net', '--target', String(holder.pid)],
    cut: () => run('ip', 'link', 'set', `cable-${name}`, 'down'),
    reconnect: () => run('ip', 'link', 'set', `cable-${name}`, 'up'),
  };
}

/** Puts a file into the volume, from a host. */
export function put(host, name, content) {
  const [program, ...args] = host.command;
  writeFileSync('/run/put', content);
  run(program, ...args, 'cp', '/run/put', `${mountPoint}/${name}`);
}
