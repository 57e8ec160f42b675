// @ts-check
// Registers tests and tells the runner of each: a line of JSON when it is registered and one when it is over. On Node the
// tests are tests of node:test, so `node --test test/platform/suites/` works too. Bun and Deno offer node:test only below
// their own test commands, which run files in other ways; there the same tests are run here, one after the other.
import { appendFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runtime, settings } from './settings.mjs';
import { reasonToSkip } from './skip-list.mjs';

/** The library under test, as `import 'ploke-io'` gives it. @type {typeof import('../../../src/index.js')} */
export const library = await import(settings.entry);

/** @typedef {import('../../../src/index.js').Workspace} Workspace */
/** @typedef {import('../../../src/index.js').WorkspaceOptions} WorkspaceOptions */

const limitMs = 60_000 * settings.patience;

/** What a test is given: a directory of its own, and what goes with its end. */
export class Place {
  /** Without links in it, so that a path that comes back can be compared. */
  directory = mkdtempSync(path.join(realpathSync.native(tmpdir()), 'ploke-io-platform-'));
  /** @type {(() => unknown)[]} */
  #endings = [];

  /** @param {readonly string[]} names @returns {string} the path of a name below the directory */
  at = (...names) => path.join(this.directory, ...names);

  /** @param {() => unknown} ending called when the test is over, the last one first */
  atEnd(ending) {
    this.#endings.push(ending);
  }

  /** @param {Partial<WorkspaceOptions>} [options] @returns {Promise<Workspace>} over the directory; it is closed at the end */
  async open(options) {
    const workspace = await library.openWorkspace({ roots: [this.directory], durability: 'none', ...options });
    this.atEnd(() => workspace.close());
    return workspace;
  }

  async end() {
    const failures = [];
    for (const ending of this.#endings.reverse()) {
      try {
        await ending();
      } catch (error) {
        failures.push(error);
      }
    }
    try {
      // Windows lets a directory go when the last process that has it open has ended.
      rmSync(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    } catch (error) {
      failures.push(error);
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** @param {Record<string, unknown>} line */
function tell(line) {
  if (settings.report !== null) appendFileSync(settings.report, `${JSON.stringify(line)}\n`);
}

/** @param {(place: Place) => unknown} body */
async function perform(body) {
  const place = new Place();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const limit = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not over within ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([body(place), limit]);
  } finally {
    clearTimeout(timer);
    await place.end();
  }
}

/** @param {string} name @param {(place: Place) => unknown} body */
async function performAndTell(name, body) {
  const began = performance.now();
  const told = () => ({ test: name, ms: Math.round(performance.now() - began) });
  try {
    await perform(body);
    tell({ type: 'passed', ...told() });
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ type: 'failed', ...told(), error: words });
    throw error;
  }
}

const nodeTest = runtime === 'node' ? (await import('node:test')).test : undefined;

/** @type {(() => Promise<void>)[]} */
const waiting = [];

async function runAll() {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    await next().catch((error) => {
      console.error(error);
      process.exitCode = 1;
    });
  }
}

/**
 * @param {string} suite what the tests are about; their names begin with it
 * @returns {(name: string, body: (place: Place) => unknown) => void}
 */
export function suiteOf(suite) {
  return (name, body) => {
    const full = `${suite} > ${name}`;
    tell({ type: 'registered', test: full });
    const reason = reasonToSkip(settings.skips, full);
    if (reason !== undefined) {
      tell({ type: 'skipped', test: full, reason });
      nodeTest?.(full, { skip: reason }, () => undefined);
    } else if (nodeTest) {
      nodeTest(full, () => performAndTell(full, body));
    } else {
      if (waiting.length === 0) setImmediate(runAll);
      waiting.push(() => performAndTell(full, body));
    }
  };
}
