// Kills a writer at each of its system calls in turn, and looks at what is left.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { callsOf, inParallel, isLockFree, leftovers, runScenario, spread, sweep } from '../support/points.mjs';
import { disturbed, scenarios } from './scenarios.mjs';

/**
 * `perScenario`: how many calls of each scenario are tried; each when it is entered and when it is over.
 *
 * @param {{ readonly program: string }} tracer
 * @param {{ readonly perScenario?: number, readonly table?: Readonly<Record<string, any>> }} [options]
 * @returns what was wrong, by point, how many points there were, how many were not reached, and after how many of them the
 *   sweep had something to do
 */
export async function runKills(
  tracer,
  { perScenario = Number.POSITIVE_INFINITY, table = { ...scenarios, ...disturbed } } = {},
) {
  const jobs = [];
  const counts = {};
  for (const [name, scenario] of Object.entries(table)) {
    const calls = await callsOf(tracer, name, scenario);
    counts[name] = calls.length;
    const points = calls.flatMap(({ index }) => [`${index}`, `${index}:exit`]);
    for (const point of spread(points, perScenario)) jobs.push(() => killAt(tracer, name, scenario, point));
  }
  const results = await inParallel(jobs);
  const reached = results.filter((result) => result !== unreached);
  return {
    counts,
    points: reached.length,
    unreached: jobs.length - reached.length,
    littered: reached.filter(({ hasLitter }) => hasLitter).length,
    wrong: reached.flatMap(({ wrong }) => wrong),
  };
}

/** A run that ended before the call came, and made fewer than the one that was counted: a file is read once more where its
 * stamp is too young to prove anything. */
const unreached = { hasLitter: false, wrong: [] };

function killAt(tracer, name, scenario, point) {
  const isDisturbed = scenario.disturb !== undefined;
  return runScenario(tracer, name, scenario, ['--kill', point], async (directory, run) => {
    const wrong = [];
    // Another program that opens the same root must sweep nothing of a writer at work.
    let isOver = false;
    const swept = isDisturbed ? sweepUntil(directory, () => isOver) : undefined;
    const { code, calls } = await run;
    isOver = true;
    await swept;
    if (code === 0 && calls.length < Number.parseInt(point, 10)) return unreached;
    if (code !== 137) wrong.push(`the child ended with ${code}, not by the kill`);
    // A version of somebody else may still lie under a temporary name, a torn file beside its backup.
    if (!isDisturbed && !scenario.isTornAllowed) wrong.push(...scenario.check(directory, undefined, []));
    for (const file of scenario.files.map((each) => path.join(directory, each))) {
      if (existsSync(file) && !isLockFree(file)) wrong.push(`the lock on ${path.basename(file)} is not free`);
    }
    const hasLitter = leftovers(directory, scenario).others.length > 0;
    await sweep(directory);
    const { others, recovered } = leftovers(directory, scenario);
    wrong.push(...scenario.check(directory, undefined, recovered));
    if (others.length > 0) wrong.push(`left behind: ${others.join(', ')}`);
    if (recovered.length > 0 && !isDisturbed && !scenario.isTornAllowed) wrong.push('something was recovered');
    if (existsSync(path.join(directory, '.ploke-io'))) wrong.push('the folder of the owners is still there');
    return { hasLitter, wrong: wrong.map((what) => `${name}, killed at ${point}: ${what}`) };
  });
}

async function sweepUntil(directory, isOver) {
  while (!isOver()) await sweep(directory);
}
