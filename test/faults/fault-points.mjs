// Has each system call of a writer fail in turn, with each error, and each write come out short.
import { constants } from 'node:os';
import { scenarios } from '../crash/scenarios.mjs';
import { callsOf, inParallel, leftovers, runScenario, spread, sweep } from '../support/points.mjs';

const errors = ['EIO', 'ENOSPC', 'EDQUOT', 'EINTR', 'EAGAIN', 'EROFS', 'ENOMEM'];
const writes = new Set(['write', 'pwrite64']);

/**
 * `perScenario`: how many faults of each scenario are tried, evenly spread over calls and errors.
 *
 * @param {{ readonly program: string }} tracer
 * @param {{ readonly perScenario?: number, readonly table?: Readonly<Record<string, any>> }} [options]
 * @returns what was wrong, and how many faults there were
 */
export async function runFaults(tracer, { perScenario = Number.POSITIVE_INFINITY, table = scenarios } = {}) {
  const jobs = [];
  for (const [name, scenario] of Object.entries(table)) {
    const calls = await callsOf(tracer, name, scenario);
    const faults = calls.flatMap((call, position) => [
      // Rotated, so that a spread over them meets every error.
      ...errors.map((_, index) => errors[(index + position) % errors.length]).map((error) => ({ call, error })),
      ...(writes.has(call.name) ? [{ call, short: 7 }] : []),
    ]);
    for (const fault of spread(faults, perScenario)) jobs.push(() => failAt(tracer, name, scenario, fault));
  }
  const wrong = (await inParallel(jobs)).flat();
  return { faults: jobs.length, wrong };
}

function failAt(tracer, name, scenario, { call, error, short }) {
  const order =
    short === undefined ? ['--fail', `${call.index}:${constants.errno[error]}`] : ['--short', `${call.index}:${short}`];
  const what = `${name}, ${call.name} ${call.index} ${error ?? 'short'}`;
  return runScenario(tracer, name, scenario, order, async (directory, run) => {
    const { code, stdout, stderr, calls } = await run;
    if (code !== 0) return [`${what}: the child ended with ${code}: ${stderr.split('\n')[0]}`];
    const { told, left } = JSON.parse(stdout);
    const wrong = [];
    for (const result of told) {
      if (result.ok) continue;
      if (!result.isTyped || result.severity !== 'fatal' || result.code === 'ERR_PLOKE_INTERNAL') {
        wrong.push(`no typed error but ${result.code}: ${result.message}`);
      }
      if (result.committed === undefined) wrong.push(`${result.code} does not say whether it is committed`);
    }
    if (scenario.isForgiven?.(call) && !told.every((result) => result.ok && result.warnings.length === 1)) {
      wrong.push(`not a success with one warning: ${told.map((result) => result.warnings?.join(' ')).join(', ')}`);
    }
    if (left.length > 0) wrong.push(`left open: ${left.join(', ')}`);
    // The second call of this one syncs the handle of the root, which is one for all calls.
    if (!scenario.isCold) wrong.push(...syncedAgain(calls));
    const committed = told.length === 1 ? committedOf(told[0]) : undefined;
    const seen = leftovers(directory, scenario);
    wrong.push(...scenario.check(directory, committed, seen.recovered));
    // Only who could not remove a temporary file may leave it, to the next sweep.
    // Threads may have made their calls in another order than when they were counted.
    const failed = calls.find(({ index }) => index === call.index)?.name;
    const mayLeave = failed === 'unlinkat' || failed === 'renameat2' || failed === 'renameat' || failed === 'exchange';
    if (seen.others.length > 0 && !mayLeave) wrong.push(`left behind: ${seen.others.join(', ')}`);
    await sweep(directory);
    const swept = leftovers(directory, scenario);
    if (swept.others.length > 0) wrong.push(`not swept: ${swept.others.join(', ')}`);
    wrong.push(...scenario.check(directory, committed, swept.recovered));
    return wrong.map((each) => `${what}: ${each} (${told.map((result) => result.code ?? 'ok').join(', ')})`);
  });
}

function committedOf({ ok, committed }) {
  if (ok) return true;
  return committed === 'unknown' ? undefined : committed;
}

/** After a failed fsync(2) the kernel may have dropped the pages: the next one on that descriptor would lie. */
function syncedAgain(calls) {
  const failed = new Set();
  const wrong = [];
  for (const { name, descriptor, result } of calls) {
    if (name === 'close') failed.delete(descriptor);
    if (name !== 'fsync') continue;
    if (failed.has(descriptor)) wrong.push('fsync was called again on a descriptor on which it had failed');
    if (result < 0 && result !== -constants.errno.EINTR) failed.add(descriptor);
  }
  return wrong;
}
