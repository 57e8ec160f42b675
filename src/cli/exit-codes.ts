import { constants } from 'node:os';

export const exitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** Of `lock`, as timeout(1) has it: what was waited for did not come in time. */
  lockTimeout: 124,
  /** Of `lock`, as timeout(1), env(1) and nohup(1) have the next three. */
  lockFailed: 125,
  cannotInvoke: 126,
  notFound: 127,
} as const;

/** What a shell reports of a process that a signal has ended. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
