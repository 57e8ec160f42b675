import { type ChildProcess, spawn } from 'node:child_process';
import { isatty } from 'node:tty';
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
  // Not by process.stdin, which would make the input that the command shares with us non-blocking.
  const hasTerminal = isatty(0);
  const child = spawn(program, args, { stdio: 'inherit' });
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    // A started process tells of a signal that it could not be sent in the same way, and goes on.
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) reject(new StartError(program, error));
      else process.stderr.write(`ploke-io: a signal did not reach ${program}: ${error.message}\n`);
    });
    child.once('exit', (code, signal) => resolve({ code: code ?? exitCodeOfSignal(signal ?? 'SIGKILL'), signal }));
  });
  const passOn = (signal: NodeJS.Signals): void => {
    if (hasTerminal && terminalSignals.includes(signal)) return;
    try {
      child.kill(signal);
    } catch (error) {
      // Windows does not know every signal.
      child.emit('error', error);
    }
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
