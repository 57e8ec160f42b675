import { type ChildProcess, spawn } from 'node:child_process';
import { exitCode, exitCodeOfSignal } from './exit-codes.js';
import type { Interruption } from './interruption.js';
import { CommandError } from './usage.js';

/** Passed on to the command; SIGINT and SIGTERM come through the Interruption. */
const otherSignals = ['SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
/** A terminal sends these to every process in its foreground, the command included: passed on, they would come twice. */
const terminalSignals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

export interface ChildEnd {
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
}

/** That the command could not be started; with the exit code that env(1) has for it. */
export class StartError extends CommandError {
  readonly exitCode: number;

  constructor(program: string, cause: NodeJS.ErrnoException) {
    const isMissing = cause.code === 'ENOENT';
    super(`${program} ${isMissing ? 'was not found' : `cannot be run: ${cause.code ?? cause.message}`}.`, { cause });
    this.exitCode = isMissing ? exitCode.notFound : exitCode.cannotInvoke;
  }
}

/**
 * Runs another program with our own standard input, output and error. Signals go to it, not to us.
 *
 * @param started is given the process, to end it early
 * @throws StartError
 */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  interruption: Interruption,
  started: (child: ChildProcess) => void,
): Promise<ChildEnd> {
  const child = spawn(program, args, { stdio: 'inherit' });
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(new StartError(program, error)));
    child.once('exit', (code, signal) => resolve({ code: code ?? exitCodeOfSignal(signal ?? 'SIGKILL'), signal }));
  });
  const passOn = (signal: NodeJS.Signals): void => {
    const isSentByTerminal = process.stdin.isTTY === true && terminalSignals.includes(signal);
    if (!isSentByTerminal) child.kill(signal);
  };
  return interruption.handOver(passOn, async () => {
    for (const signal of otherSignals) process.on(signal, passOn);
    try {
      if (child.pid !== undefined) started(child);
      return await ended;
    } finally {
      for (const signal of otherSignals) process.off(signal, passOn);
    }
  });
}
