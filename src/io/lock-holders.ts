import { readdir, readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { NativeAddon } from '../native/addon.js';
import type { NativeRootSet } from '../native/batch.js';
import { hostPlatform } from '../platform/host.js';
import type { LockHolder } from '../types.js';
import { type LockRecord, parseLockRecord, processIdNamespace } from './lock-records.js';
import { processStart } from './process-start.js';

export interface HolderQuestion {
  readonly addon: Pick<NativeAddon, 'readLockRecords'>;
  readonly set: NativeRootSet;
  readonly path: { readonly root: number; readonly path: string };
}

/** A line of /proc/locks (proc(5)) about an flock that is held. */
interface KernelLock {
  readonly pid: number;
  readonly mode: LockHolder['mode'];
}

/**
 * Who holds a lock on a file, as far as that is known: from the kernel where it tells, with the start time of the process,
 * since process ids come back; and from what holders of ours wrote down, if they live.
 *
 * @param device as stat(2) has it
 */
export async function lockHolders(
  { addon, set, path }: HolderQuestion,
  device: number,
  inode: number,
): Promise<readonly LockHolder[]> {
  const [known, texts] = await Promise.all([kernelHolders(device, inode), addon.readLockRecords(set, path.root)]);
  const records = texts
    .flatMap(({ text }) => parseLockRecord(text) ?? [])
    .filter((record) => record.path === path.path || (record.device === device && record.inode === inode));
  const namespace = await processIdNamespace();
  const holders = known.map((holder) => withRecord(holder, records, namespace));
  const told = new Set(holders.map(({ record }) => record));
  return [
    ...holders.map(({ holder }) => holder),
    ...records.filter((record) => !told.has(record)).map((record) => fromRecord(record, namespace)),
  ];
}

function withRecord(holder: LockHolder, records: readonly LockRecord[], namespace: string | null) {
  const isSame = ({ pid, startedAt, pidNamespace }: LockRecord): boolean =>
    pidNamespace === namespace && pid === holder.pid && startedAt === holder.startedAt;
  const record = records.find(isSame);
  return { record, holder: record ? { ...holder, host: record.host, purpose: record.purpose } : holder };
}

/**
 * A process id means something in its own namespace only; outside Linux, which alone has such, on its own host.
 *
 * @param namespace of this process
 */
export function fromRecord(
  record: LockRecord,
  namespace: string | null,
  platform: NodeJS.Platform = hostPlatform,
): LockHolder {
  const isOfHost = platform !== 'linux' && record.pidNamespace === null && record.host === hostname();
  const isHere = isOfHost || (namespace !== null && record.pidNamespace === namespace);
  return {
    pid: isHere ? record.pid : null,
    startedAt: record.startedAt,
    host: record.host,
    purpose: record.purpose,
    mode: record.mode,
    source: 'record',
  };
}

async function kernelHolders(device: number, inode: number): Promise<readonly LockHolder[]> {
  // Only Linux tells everybody who holds a lock. A file of that name elsewhere would be anybody's.
  if (hostPlatform !== 'linux') return [];
  const locks = await kernelLocks(device, inode);
  const holders = await Promise.all(
    locks.map(async ({ pid, mode }): Promise<LockHolder | undefined> => {
      const startedAt = await processStart(pid);
      return startedAt === null ? undefined : { pid, startedAt, host: null, purpose: null, mode, source: 'kernel' };
    }),
  );
  // Whoever ended meanwhile may have left his id to another process: only who still holds the lock counts.
  const still = new Set((await kernelLocks(device, inode)).map(({ pid }) => pid));
  return holders.filter((holder) => holder !== undefined).filter(({ pid }) => pid !== null && still.has(pid));
}

async function kernelLocks(device: number, inode: number): Promise<readonly KernelLock[]> {
  const text = await readFile('/proc/locks', 'utf8').catch(() => '');
  const number = deviceNumber(device);
  // The kernel tells the list in pieces: a lock that moves on between two of them is told twice.
  const exact = new Map<string, KernelLock>();
  const sameInode = new Map<string, KernelLock>();
  for (const line of text.split('\n')) {
    // "1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF"; those that wait have "->" after the number.
    const found = /^\d+: FLOCK\s+\S+\s+(READ|WRITE)\s+(\d+)\s+([0-9a-f]+:[0-9a-f]+):(\d+)\s/.exec(line);
    if (!found || Number(found[4]) !== inode) continue;
    const lock: KernelLock = { pid: Number(found[2]), mode: found[1] === 'READ' ? 'shared' : 'exclusive' };
    (found[3] === number ? exact : sameInode).set(`${lock.pid} ${lock.mode}`, lock);
  }
  if (exact.size > 0) return [...exact.values()];
  // Some file systems (btrfs) have another number here than stat(2) tells: then the process must have the file open.
  const verified = await Promise.all(
    Array.from(sameInode.values(), async (lock) => ((await hasOpen(lock.pid, device, inode)) ? lock : undefined)),
  );
  return verified.filter((lock) => lock !== undefined);
}

/** As /proc/locks writes it: major and minor in hex, of two digits at least (makedev(3), glibc's layout). */
function deviceNumber(device: number): string {
  const wide = BigInt(device);
  const major = ((wide >> 32n) & 0xfffff000n) | ((wide >> 8n) & 0xfffn);
  const minor = ((wide >> 12n) & 0xffffff00n) | (wide & 0xffn);
  return `${major.toString(16).padStart(2, '0')}:${minor.toString(16).padStart(2, '0')}`;
}

async function hasOpen(pid: number, device: number, inode: number): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const status = await stat(`${folder}/${name}`).catch(() => undefined);
    if (status?.dev === device && status.ino === inode) return true;
  }
  return false;
}
