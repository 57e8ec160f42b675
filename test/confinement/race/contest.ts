import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { errorClassOf } from '../error-class.js';
import { type Library, operations } from '../operations.js';
import type { Policy } from '../vocabulary.js';
import { RaceArena } from './arena.js';
import { type Forbidden, faultIn, forbiddenUnder, leakIn, mayReachOtherRoot } from './judge.js';
import type { RaceMode } from './modes.js';
import { callsOfRound, type RaceCall, seedsOfRound } from './round.js';

export interface Contest {
  readonly mode: RaceMode;
  readonly policy: Policy;
  readonly durability: 'strict' | 'none';
  /** The arena's path, to be made. */
  readonly path: string;
  readonly swapper: string;
  readonly budgetMs: number;
  /** The first round's number: which of the rarer calls it has. */
  readonly firstRound: number;
  /** Ends as soon as this many escapes were seen: a control needs no more. */
  readonly enough: number;
}

export interface ContestReport {
  readonly mode: string;
  readonly policy: Policy;
  readonly calls: number;
  readonly succeeded: number;
  readonly swaps: number;
  readonly escapes: number;
  readonly hangs: number;
  /** Errors that are not the library's, or that say that they are its bug. */
  readonly strange: number;
  /** The first few of the three above, in words. */
  readonly examples: readonly string[];
  readonly refusals: Readonly<Record<string, number>>;
}

const hangLimitMs = 10_000;
const hung = Symbol('hung');

/** Runs every operation in rounds on what the swapper swaps, until the time is over. */
export async function contest(library: Library, subject: Contest): Promise<ContestReport> {
  const arena = new RaceArena(subject.path, !mayReachOtherRoot(subject.mode, subject.policy));
  const roots = [`${arena.path}/ws`, `${arena.path}/wb`];
  const forbidden = forbiddenUnder(subject.mode, subject.policy);
  const tally = new Tally(library, forbidden, roots);
  const workspace = await library.openWorkspace({ roots, symlinks: subject.policy, durability: subject.durability });
  await using swapper = await Swapper.start(subject.swapper, arena.path, subject.mode.id);
  const make = (call: RaceCall): Promise<void> =>
    tally.count(call, async () => {
      const to = `${arena.path}/${call.to ?? 'ws/unused'}`;
      const input = { library, workspace, path: `${arena.path}/${call.path}`, to, data: 'WRITTEN in' };
      return (await operations[call.operation](input)).result;
    });
  const until = performance.now() + subject.budgetMs;
  for (
    let number = subject.firstRound;
    performance.now() < until && tally.hangs === 0 && tally.escapes < subject.enough;
    number++
  ) {
    await Promise.all(seedsOfRound(number).map(make));
    await Promise.all(callsOfRound(subject.mode, number).map(make));
    for (const change of arena.changesOutside()) tally.escape(`outside, ${change.slice(0, 300)}`);
  }
  const swaps = await swapper.stop();
  if (tally.hangs === 0) await workspace.close();
  return { mode: subject.mode.id, policy: subject.policy, swaps, ...tally.report() };
}

class Tally {
  private calls = 0;
  private succeeded = 0;
  private strange = 0;
  private readonly examples: string[] = [];
  private readonly refusals: Record<string, number> = {};
  escapes = 0;
  hangs = 0;

  constructor(
    private readonly library: Library,
    private readonly forbidden: Forbidden,
    private readonly roots: readonly string[],
  ) {}

  /** Makes one call and judges how it ends. */
  async count(call: RaceCall, work: () => Promise<unknown>): Promise<void> {
    this.calls++;
    const what = `${call.operation} ${call.path}`;
    try {
      const result = await within(work());
      if (result === hung) {
        this.hangs++;
        this.note(`${what} did not come back`);
        return;
      }
      this.succeeded++;
      const leak = leakIn(result, this.forbidden, this.roots);
      if (leak !== undefined) this.escape(`${what} ${leak}`);
    } catch (error) {
      const { leak, strange } = faultIn(this.library, error, this.forbidden);
      if (leak !== undefined) this.escape(`${what}: ${leak}`);
      if (strange !== undefined) {
        this.strange++;
        this.note(`${what}: ${strange}`);
      }
      const kind = errorClassOf((error as { code?: unknown }).code);
      this.refusals[kind] = (this.refusals[kind] ?? 0) + 1;
    }
  }

  escape(words: string): void {
    this.escapes++;
    this.note(words);
  }

  report(): Omit<ContestReport, 'mode' | 'policy' | 'swaps'> {
    const { calls, succeeded, escapes, hangs, strange, examples, refusals } = this;
    return { calls, succeeded, escapes, hangs, strange, examples, refusals };
  }

  private note(words: string): void {
    if (this.examples.length < 5) this.examples.push(words);
  }
}

/** The limit after which a call counts as hung; nothing is waited for. */
async function within<T>(work: Promise<T>): Promise<T | typeof hung> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof hung>((resolve) => {
    timer = setTimeout(() => resolve(hung), hangLimitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** The program that swaps; started means that it has swapped already. */
class Swapper implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static async start(program: string, arena: string, mode: string): Promise<Swapper> {
    const child = spawn(program, [arena, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('the swapper has no output');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.value !== 'ready') throw new Error(`the swapper said ${String(first.value)} in the mode ${mode}`);
    return new Swapper(child, lines);
  }

  /** Ends it and says how often it swapped. */
  async stop(): Promise<number> {
    this.child.kill('SIGTERM');
    const last = await this.lines.next();
    return Number(String(last.value).replace('swaps ', ''));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
