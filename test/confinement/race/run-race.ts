import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Backend, type Policy, policies } from '../vocabulary.js';
import type { ContestReport } from './contest.js';
import type { RaceMessage, RaceRequest } from './race-jobs.js';

export interface Race {
  /** A module's path, or `naive` for the deliberately broken resolver. */
  readonly library: string;
  readonly backend: Backend;
  readonly swapper: string;
  readonly mode?: string;
  readonly policies?: readonly Policy[];
  readonly budgetMs: number;
  readonly enough?: number;
  readonly pass?: number;
  /** Where the arenas are made; by default on the disk that temporary files are on. */
  readonly directory?: string;
  readonly onReport?: (report: ContestReport) => void;
}

const silenceLimitMs = 60_000;

/** Runs a contender in a process of its own, because the addon chooses its backend when it is loaded. */
export async function runRace(race: Race): Promise<readonly ContestReport[]> {
  const base = realpathSync(mkdtempSync(join(race.directory ?? tmpdir(), 'ploke-io-race-')));
  try {
    return await runContender(race, base);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

async function runContender(race: Race, base: string): Promise<readonly ContestReport[]> {
  const request: RaceRequest = {
    base,
    swapper: race.swapper,
    ...(race.mode === undefined ? {} : { mode: race.mode }),
    policies: race.policies ?? policies,
    naive: race.library === 'naive',
    budgetMs: race.budgetMs,
    enough: race.enough ?? Number.MAX_SAFE_INTEGER,
    pass: race.pass ?? 0,
  };
  const contender = join(dirname(fileURLToPath(import.meta.url)), 'contender.mjs');
  const { PLOKE_IO_FORCE_WALK: _walk, ...environment } = process.env;
  const env = race.backend === 'walk' ? { ...environment, PLOKE_IO_FORCE_WALK: '1' } : environment;
  const child = spawn(process.execPath, [contender, JSON.stringify(request), race.library], {
    env,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  const reports: ContestReport[] = [];
  let current = 'the start';
  let words = '';
  let watchdog: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => child.kill('SIGKILL'), silenceLimitMs + race.budgetMs);
  };
  child.stderr?.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  child.on('message', (message: RaceMessage) => {
    watch();
    if (message.kind === 'start') {
      current = `${message.mode} under ${message.policy}`;
    } else {
      reports.push(message.report);
      race.onReport?.(message.report);
    }
  });
  watch();
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(watchdog);
  if (code !== 0) throw new Error(`the contender ended with ${code ?? signal} in ${current}: ${words}`);
  return reports;
}
