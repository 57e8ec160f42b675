// The packages that the benchmarks compare with. They are no dependencies of the package: they are installed when they are needed.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { here } from './processes.mjs';

const folder = path.join(here, 'peers');
const wanted = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).dependencies;

/** Gives the module of a peer, whether it is CommonJS or not. */
export function importPeer(name) {
  const peers = createRequire(path.join(folder, 'package.json'));
  return import(peers.resolve(name));
}

function isInstalled([name, version]) {
  try {
    return (
      JSON.parse(readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8')).version === version
    );
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Without scripts, so that nothing is compiled or loaded from elsewhere: a peer comes with its binary or is left out. */
export function installPeers() {
  if (Object.entries(wanted).every(isInstalled)) return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore' });
}

export const peerVersions = () => ({ ...wanted });

/** Why a peer cannot be loaded here, or undefined. */
export async function unloadable(name) {
  try {
    await importPeer(name);
    return undefined;
  } catch (error) {
    return error.message.split('\n')[0];
  }
}
