import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { LockHolder } from '../types.js';

interface TimedOutRequest {
  readonly operation: string;
  readonly path: { readonly path: string };
  readonly timeoutMs: number;
  readonly lockTimeoutMs?: number | undefined;
  readonly describeHolders: (device: number, inode: number) => Promise<readonly LockHolder[]>;
}

/** @param holder who has it: a call of this thread (`here`) or another process */
export async function lockTimeoutError(
  request: TimedOutRequest,
  holder: { readonly here: boolean; readonly device: number; readonly inode: number },
): Promise<PlokeIoError> {
  const holders = await request.describeHolders(holder.device, holder.inode).catch(() => []);
  const { operation, path } = request;
  const timeoutMs = request.lockTimeoutMs ?? request.timeoutMs;
  const who = holder.here ? 'a call of this process' : holders.map(describeHolder).join('; ') || 'somebody else';
  return new PlokeIoError({
    code: 'ERR_PLOKE_LOCK_TIMEOUT',
    message: `The file was locked for all of ${timeoutMs} ms, by ${who}`,
    operation,
    path: path.path,
    details: { timeoutMs, holders },
  });
}

function describeHolder({ pid, startedAt, host, purpose, mode }: LockHolder): string {
  const words = [pid === null ? 'a process' : `process ${pid}`];
  if (startedAt !== null) words.push(`that runs since ${new Date(startedAt).toISOString()}`);
  if (host !== null) words.push(`on ${host}`);
  if (purpose !== null) words.push(`for "${purpose}"`);
  return `${words.join(' ')} (${mode})`;
}
