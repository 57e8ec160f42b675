import { readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { hostPlatform } from '../platform/host.js';
import type { LockHolder } from '../types.js';
import { processStart } from './process-start.js';

/** What a holder of a lock writes down about itself, for those who wait for it. */
export interface LockRecord {
  readonly pid: number;
  /** Milliseconds since the epoch; null where the system does not tell. */
  readonly startedAt: number | null;
  readonly host: string;
  /** Which process ids mean the same: `pid:[…]` of /proc/self/ns; null where the system has no such thing. */
  readonly pidNamespace: string | null;
  readonly purpose: string;
  readonly mode: LockHolder['mode'];
  /** As the holder spells it. */
  readonly path: string;
  /** Of the file when it was locked; a version that replaced it has another inode. */
  readonly device: number;
  readonly inode: number;
}

let namespace: Promise<string | null> | undefined;

export function processIdNamespace(): Promise<string | null> {
  // Elsewhere a process id means the same in the whole of a host.
  namespace ??= hostPlatform === 'linux' ? readlink('/proc/self/ns/pid').catch(() => null) : Promise.resolve(null);
  return namespace;
}

let ownStart: Promise<number | null> | undefined;

export async function makeLockRecord(
  facts: Pick<LockRecord, 'purpose' | 'mode' | 'path' | 'device' | 'inode'>,
): Promise<LockRecord> {
  ownStart ??= processStart('self');
  return {
    pid: process.pid,
    startedAt: await ownStart,
    host: hostname(),
    pidNamespace: await processIdNamespace(),
    ...facts,
  };
}

/** undefined for anything but a record: another version's, or one that was cut. */
export function parseLockRecord(text: string): LockRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Partial<Record<keyof LockRecord, unknown>>;
  const isRecord =
    typeof record.pid === 'number' &&
    (typeof record.startedAt === 'number' || record.startedAt === null) &&
    typeof record.host === 'string' &&
    (typeof record.pidNamespace === 'string' || record.pidNamespace === null) &&
    typeof record.purpose === 'string' &&
    (record.mode === 'exclusive' || record.mode === 'shared') &&
    typeof record.path === 'string' &&
    typeof record.device === 'number' &&
    typeof record.inode === 'number';
  return isRecord ? (record as LockRecord) : undefined;
}
