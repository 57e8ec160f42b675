// @ts-check
// Runs one case under each symlink policy, each time in an arena of its own: names are judged alike by all of them.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { library } from '../support/harness.mjs';
import { operations } from './operations.mjs';
import { classOf } from './words.mjs';

/** @typedef {import('./words.mjs').Case} Case */
/** @typedef {import('./words.mjs').Argument} Argument */

export const policies = /** @type {const} */ (['deny-cross-root', 'follow', 'deny']);

/** @param {Argument} argument @param {string} arena */
function spelt(argument, arena) {
  if (typeof argument === 'string') return `${arena}${path.sep}${argument}`;
  return 'raw' in argument ? argument.raw.replaceAll('@', () => arena) : argument.value(arena);
}

/** Every file and directory of the arena with its content, but for the library's own folder. @param {string} arena */
function contents(arena) {
  const names = readdirSync(arena, { recursive: true, encoding: 'utf8' }).filter((name) => !name.includes('.ploke-io'));
  const described = names.map((name) => {
    const file = path.join(arena, name);
    return [name, statSync(file).isDirectory() ? null : readFileSync(file, 'utf8')];
  });
  return Object.fromEntries(described);
}

/** @param {Case} subject @param {import('../support/harness.mjs').Place} place */
export async function runCase(subject, place) {
  for (const policy of policies) {
    const arena = place.at(policy);
    const files = { 'out/secret': 'SECRET', ...subject.files };
    mkdirSync(path.join(arena, 'ws'), { recursive: true });
    for (const name of subject.directories ?? []) mkdirSync(path.join(arena, name), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(arena, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const roots = (subject.roots ?? ['ws']).map((root) => path.join(arena, root));
    const before = contents(arena);
    const workspace = await library.openWorkspace({ roots, symlinks: policy, durability: 'none' });
    const outcome = await outcomeOf(subject, workspace, arena);
    await workspace.close();

    const wanted = (/** @type {string} */ word) => word === outcome || (word === 'ok' && outcome.startsWith('ok='));
    assert.ok(subject.expect.some(wanted), `${policy}: ${outcome}, and not one of ${subject.expect.join(', ')}`);
    const after = contents(arena);
    if (!outcome.startsWith('ok=')) assert.deepEqual(after, before, `${policy}: refused, and yet something changed`);
    const ofOut = (/** @type {Record<string, unknown>} */ all) =>
      Object.entries(all).filter(([name]) => !roots.some((root) => path.join(arena, name).startsWith(root + path.sep)));
    assert.deepEqual(ofOut(after), ofOut(before), `${policy}: something changed outside of the roots`);
    for (const [name, text] of Object.entries(subject.after ?? {})) {
      assert.equal(readFileSync(path.join(arena, name), 'utf8'), text, `${policy}: ${name}`);
    }
  }
}

/** @param {Case} subject @param {import('../support/harness.mjs').Workspace} workspace @param {string} arena */
async function outcomeOf(subject, workspace, arena) {
  const operation = operations[subject.operation];
  if (!operation) throw new Error(`there is no operation ${subject.operation}`);
  try {
    const answer = await operation(
      workspace,
      spelt(subject.path, arena),
      spelt(subject.to ?? `ws${path.sep}unused`, arena),
    );
    assert.ok(!answer.includes('SECRET'), 'the answer shows what lies outside');
    return `ok=${answer}`;
  } catch (error) {
    if (!(error instanceof library.PlokeIoError)) throw error;
    assert.equal(error.severity, 'fatal', error.stack);
    return classOf(error.code);
  }
}
