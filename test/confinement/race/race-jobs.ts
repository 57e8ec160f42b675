import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Library } from '../operations.js';
import { type Policy, policies } from '../vocabulary.js';
import { type ContestReport, contest } from './contest.js';
import { type RaceMode, raceModes } from './modes.js';

export interface RaceRequest {
  readonly base: string;
  readonly swapper: string;
  /** One mode, or all that the contender may enter. */
  readonly mode?: string;
  readonly policies: readonly Policy[];
  readonly naive: boolean;
  /** For each mode under each policy. */
  readonly budgetMs: number;
  readonly enough: number;
  /** Which of several passes this is: contests alternate between durable and plain commits. */
  readonly pass: number;
}

export type RaceMessage =
  | { readonly kind: 'start'; readonly mode: string; readonly policy: Policy }
  | { readonly kind: 'report'; readonly report: ContestReport };

export function modesOf(request: Pick<RaceRequest, 'mode' | 'naive'>): readonly RaceMode[] {
  return raceModes.filter(
    (mode) =>
      (request.mode === undefined || mode.id === request.mode) && !(request.naive && mode.withoutNaive !== undefined),
  );
}

/** In the child: one contest after the other, each reported as it ends. */
export async function runRaces(
  library: Library,
  request: RaceRequest,
  tell: (message: RaceMessage) => Promise<void>,
): Promise<void> {
  let turn = request.pass;
  for (const mode of modesOf(request)) {
    for (const policy of policies.filter((known) => request.policies.includes(known))) {
      const firstRound = 1 + turn++;
      const durability = firstRound % 2 === 0 ? 'none' : 'strict';
      await tell({ kind: 'start', mode: mode.id, policy });
      const path = join(request.base, `${mode.id}-${policy}`);
      const { swapper, budgetMs, enough } = request;
      const report = await contest(library, { mode, policy, durability, path, swapper, budgetMs, firstRound, enough });
      await tell({ kind: 'report', report });
      rmSync(path, { recursive: true, force: true });
    }
  }
}
