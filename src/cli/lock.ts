import { openWorkspace, PlokeIoError } from '../index.js';
import type { FileLock } from '../types.js';
import { type ChildEnd, runCommand, StartError } from './child-command.js';
import { type Command, rootOption } from './command.js';
import { absolute, countOption, parseCommandLine } from './command-line.js';
import { exitCode } from './exit-codes.js';
import type { Interruption } from './interruption.js';
import type { Output } from './output.js';
import { shownName } from './shown-name.js';
import { CommandError, UsageError } from './usage.js';

/** `lock FILE -- COMMAND`: like flock(1), with the locks of the library. */
export const lockCommand: Command = {
  name: 'lock',
  operands: 'FILE -- COMMAND [ARGUMENT...]',
  summary: 'Run a command while FILE is locked, against workspaces and flock(1).',
  about:
    'Lock a file of its own, not one that the command replaces: a lock lies on a file and not on its name, so a replaced or removed file is a lost lock, which is said on standard error. Signals are passed on to the command.',
  options: {
    shared: { type: 'boolean', help: 'Take a lock that others may share.' },
    timeout: { type: 'string', value: 'MS', help: 'Wait so long (default 10000); 0 tries once.' },
    create: { type: 'boolean', help: 'Make FILE, empty, if it is missing.' },
    'kill-on-loss': { type: 'boolean', help: 'End the command (SIGTERM) when the lock is lost: exit code 125.' },
    root: rootOption,
    json: {
      type: 'boolean',
      help: "Say on standard error, one JSON value a line, when the lock is had, lost, and given up. Standard output is the command's.",
    },
  },
  exitCodes: [
    ['0, 1…', "The command's own."],
    ['2', 'Our command line is wrong; the command has not been run.'],
    ['124', 'Somebody else held the lock for as long as --timeout allowed; the command has not been run.'],
    ['125', 'ploke-io could not take the lock for another reason, or lost it (with --kill-on-loss).'],
    ['126', 'The command cannot be run.'],
    ['127', 'The command was not found.'],
    ['128+n', 'Signal n ended the command, or us while we waited for the lock.'],
  ],
  run: lock,
};

async function lock(args: readonly string[], output: Output, interruption: Interruption): Promise<number> {
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  const line = parseCommandLine(own, lockCommand.options, { least: 1, most: 1, what: 'one FILE before "--"' });
  const [program, ...rest] = end < 0 ? [] : args.slice(end + 1);
  if (program === undefined) throw new UsageError('The command is missing: ploke-io lock FILE -- COMMAND.');
  const options = {
    mode: line.flag('shared') ? 'shared' : 'exclusive',
    lockTimeoutMs: countOption('--timeout', line.text('timeout')),
    purpose: `ploke-io lock -- ${program}`.slice(0, 200),
    signal: interruption.signal,
  } as const;
  const path = absolute(line.positionals[0] ?? '');
  try {
    await using workspace = await openWorkspace({ roots: [absolute(line.text('root') ?? '.')] });
    if (line.flag('create')) {
      await workspace.createFile(path, '', { ifExists: 'keep', signal: interruption.signal });
    }
    output.progress(`waiting for the lock on ${shownName(path)}`);
    await using held = await workspace.lock(path, options);
    output.endProgress();
    output.jsonRemark({ type: 'locked', path: held.path, mode: held.mode, scope: held.scope });
    // A signal that came while the lock was being noted down: the command would not hear of it.
    interruption.signal.throwIfAborted();
    const guard = new LossGuard(held, output, line.flag('kill-on-loss'));
    const ended = await runCommand([program, ...rest], interruption, (child) => {
      guard.watch(() => child.kill('SIGTERM'));
    });
    return guard.exitCode(ended);
  } catch (error) {
    if (interruption.exitCode !== undefined) throw error;
    output.error(error);
    return exitCodeOf(error);
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof StartError) return error.exitCode;
  const isTimeout = error instanceof PlokeIoError && error.code === 'ERR_PLOKE_LOCK_TIMEOUT';
  return isTimeout ? exitCode.lockTimeout : exitCode.lockFailed;
}

/** Says it when the lock is lost while the command runs, and ends the command if that was asked for. */
class LossGuard {
  readonly #lock: FileLock;
  readonly #output: Output;
  readonly #killsOnLoss: boolean;
  #kill: (() => void) | undefined;

  constructor(lock: FileLock, output: Output, killsOnLoss: boolean) {
    this.#lock = lock;
    this.#output = output;
    this.#killsOnLoss = killsOnLoss;
  }

  watch(kill: () => void): void {
    this.#kill = kill;
    const { signal } = this.#lock;
    if (signal.aborted) this.#lost();
    else signal.addEventListener('abort', () => this.#lost(), { once: true });
  }

  exitCode({ code, signal }: ChildEnd): number {
    this.#kill = undefined;
    // A loss in the command's last moments may be told later than the command's end: where the system tells nothing of it, a
    // lost lock is looked for once a second.
    const isLost = !this.#lock.isHeld();
    this.#output.jsonRemark({ type: 'ended', code, signal, lost: isLost });
    return isLost && this.#killsOnLoss ? exitCode.lockFailed : code;
  }

  #lost(): void {
    const { path } = this.#lock;
    this.#output.jsonRemark({ type: 'lost', path });
    if (!this.#output.json) {
      this.#output.error(
        new CommandError(`the lock is lost: ${shownName(path)} was replaced or removed while the command ran`),
      );
    }
    if (this.#killsOnLoss) this.#kill?.();
  }
}
