// What test/budgets/baseline.json holds, for what it holds, and how figures are compared with it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const file = new URL('baseline.json', import.meta.url);
const projectRoot = fileURLToPath(new URL('../..', import.meta.url));
export const tolerance = 0.1;

/** What the figures depend on beside the project: other allocations by another Node, other instructions by another compiler. */
export function environmentOf() {
  const [major] = process.versions.node.split('.');
  const { glibcVersionRuntime } = process.report.getReport().header;
  return {
    node: `Node ${major} on ${process.platform}`,
    addon: `${process.arch}, ${compilerOfAddon()}, glibc ${glibcVersionRuntime ?? 'missing'}`,
  };
}

/** Compilers write their name into what they make. */
function compilerOfAddon() {
  let addon;
  try {
    addon = createRequire(import.meta.url)('node-gyp-build').resolve(projectRoot);
  } catch {
    // None fits. Whatever needs it says so itself, and the rest may run.
    return 'no addon';
  }
  const [, name, major] = /(GCC|clang)(?:: \([^)\0]*\)| version) (\d+)/.exec(readFileSync(addon, 'latin1')) ?? [];
  return name ? `${name} ${major}` : 'an unknown compiler';
}

export function readBaseline() {
  return JSON.parse(readFileSync(file, 'utf8'));
}

export function writeBaseline(figures) {
  writeFileSync(file, `${JSON.stringify({ holdsFor: environmentOf(), ...figures }, undefined, 2)}\n`);
}

/** Whether this machine makes the figures that the baseline has: of allocations, and of instructions. */
export function baselineHolds() {
  const { holdsFor } = readBaseline();
  const here = environmentOf();
  const node = holdsFor.node === here.node;
  return { node, addon: node && holdsFor.addon === here.addon };
}

/**
 * Figures against those of the baseline, each with the same names: a line for each that is more than the tolerance above, and for each
 * that is more than the tolerance below. A figure that only one side has is above: nobody has judged it.
 */
export function compare(figures, baseline) {
  const [now, before] = [flat(figures), flat(baseline)];
  const above = [];
  const below = [];
  for (const name of new Set([...now.keys(), ...before.keys()])) {
    const [value, expected] = [now.get(name), before.get(name)];
    const line = `${name}: ${value ?? 'nothing'}, the baseline has ${expected ?? 'nothing'}${shareOf(value, expected)}`;
    if (value === undefined || expected === undefined || value > expected * (1 + tolerance)) above.push(line);
    else if (value < expected * (1 - tolerance)) below.push(line);
  }
  return { above, below };
}

/** By name, those of a part as `whole.part`. */
export function flat(figures, prefix = '') {
  const entries = Object.entries(figures).flatMap(([name, value]) =>
    typeof value === 'number' ? [[`${prefix}${name}`, value]] : [...flat(value, `${prefix}${name}.`)],
  );
  return new Map(entries);
}

export function shareOf(value, expected) {
  if (!value || !expected) return '';
  const percent = (100 * (value - expected)) / expected;
  return ` (${percent < 0 ? '' : '+'}${percent.toFixed(1)} %)`;
}
