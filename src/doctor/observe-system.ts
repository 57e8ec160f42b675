import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink, stat, statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { addonOrigin } from '../native/load.js';
import { hostPlatform } from '../platform/host.js';
import type { Versions } from './diagnosis.js';
import type { DescriptorObservation, InotifyObservation, SpaceObservation } from './observations.js';

/** More processes than these are not looked into. */
const maxProcesses = 2_000;

/** Of the user that this process runs as, processes that may be looked into only: what is counted is a lower bound. */
export async function observeInotify(
  platform: NodeJS.Platform = hostPlatform,
  procfs = '/proc',
): Promise<InotifyObservation | null> {
  if (platform !== 'linux') return null;
  const used = { usedWatches: 0, usedInstances: 0 };
  const processes = (await names(procfs)).filter((name) => /^\d+$/.test(name)).slice(0, maxProcesses);
  const own = process.geteuid?.();
  for (const process of processes) {
    const owner = await stat(`${procfs}/${process}`).catch(() => undefined);
    if (owner?.uid === own) await countInotify(`${procfs}/${process}`, used);
  }
  return {
    maxWatches: await numberIn(`${procfs}/sys/fs/inotify/max_user_watches`),
    maxInstances: await numberIn(`${procfs}/sys/fs/inotify/max_user_instances`),
    ...used,
  };
}

async function countInotify(process: string, used: { usedWatches: number; usedInstances: number }): Promise<void> {
  for (const descriptor of await names(`${process}/fd`)) {
    const target = await readlink(`${process}/fd/${descriptor}`).catch(() => '');
    if (!target.endsWith('inotify')) continue;
    used.usedInstances += 1;
    const info = await textOf(`${process}/fdinfo/${descriptor}`);
    used.usedWatches += info.split('\n').filter((line) => line.startsWith('inotify ')).length;
  }
}

/** @param known what the addon says */
export async function observeDescriptors(known: {
  readonly softOpenFiles: number | null;
  readonly openDescriptors: number | null;
}): Promise<DescriptorObservation> {
  const limits = hostPlatform === 'linux' ? await textOf('/proc/self/limits') : '';
  const [, hard] = /^Max open files\s+\S+\s+(\d+)/m.exec(limits) ?? [];
  return {
    soft: known.softOpenFiles,
    hard: hard === undefined ? null : Number(hard),
    open: known.openDescriptors,
  };
}

/** null where the system does not tell. */
export async function observeSpace(directory: string): Promise<SpaceObservation | null> {
  const found = await statfs(directory).catch(() => undefined);
  if (found === undefined) return null;
  const { bavail, blocks, bsize, ffree, files } = found;
  return { availableBytes: bavail * bsize, totalBytes: blocks * bsize, freeInodes: ffree, totalInodes: files };
}

/** Where the addon came from is known once it is loaded. */
export function observeVersions(): Versions {
  const version = packageVersion();
  const origin = addonOrigin();
  const file = origin?.file;
  return {
    ...(version === undefined ? {} : { plokeIo: version }),
    node: process.version,
    nodeApi: Number(process.versions.napi ?? 0),
    platform: hostPlatform,
    arch: process.arch,
    kernel: release(),
    addon: { kind: origin?.kind ?? 'missing', ...(file === undefined ? {} : { file }) },
  };
}

function packageVersion(): string | undefined {
  try {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    return manifest.name === 'ploke-io' ? String(manifest.version) : undefined;
  } catch {
    // In a bundle there is no manifest beside this, or no URL of this module.
    return undefined;
  }
}

/** What went away or may not be read is passed over: processes come and go. */
function names(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch(() => []);
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

async function numberIn(file: string): Promise<number | null> {
  const text = (await textOf(file)).trim();
  return /^\d+$/.test(text) ? Number(text) : null;
}
