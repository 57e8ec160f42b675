import { PlokeIoError } from '../errors/ploke-io-error.js';
import { foreignText, type PrivatePart, Wording, wording } from '../errors/wording.js';
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
  const who = holder.here ? 'a call of this process' : describeHolders(holders);
  return new PlokeIoError({
    code: 'ERR_PLOKE_LOCK_TIMEOUT',
    message: wording`The file was locked for all of ${timeoutMs} ms, by ${who}`,
    operation,
    path: path.path,
    details: { timeoutMs, holders },
  });
}

function describeHolders(holders: readonly LockHolder[]): string | Wording {
  if (holders.length === 0) return 'somebody else';
  const parts = holders.flatMap((holder, index) => [index === 0 ? '' : '; ', ...describeHolder(holder)]);
  return new Wording(parts);
}

/** The purpose is a text of the holder's, which may be another program. */
function describeHolder({ pid, startedAt, host, purpose, mode }: LockHolder): (string | PrivatePart)[] {
  const words = [pid === null ? 'a process' : `process ${pid}`];
  if (startedAt !== null) words.push(`that runs since ${new Date(startedAt).toISOString()}`);
  if (host !== null) words.push(`on ${host}`);
  const who = words.join(' ');
  return purpose === null ? [`${who} (${mode})`] : [`${who} for "`, foreignText(purpose), `" (${mode})`];
}
