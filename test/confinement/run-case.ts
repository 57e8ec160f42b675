import { closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { Arena, secret } from './arena.js';
import { brokenFacts } from './arena-facts.js';
import { errorClassOf, secretiveClasses } from './error-class.js';
import { changesBetween, fingerprint } from './fingerprint.js';
import { run } from './native-tool.js';
import { type Answer, type Library, operations } from './operations.js';
import type { Argument, ConfinementCase, Policy } from './vocabulary.js';

export interface CaseReport {
  readonly id: string;
  readonly policy: Policy;
  /** `ok=VALUE`, an error class, or a word that no expectation contains: a hang, a crash, an unclassified code. */
  readonly outcome: string;
  readonly accepted: boolean;
  /** What else went wrong, each as a sentence. */
  readonly violations: readonly string[];
  /** The refusal as a caller sees it, with the arena's path taken out: two refusals can be compared. */
  readonly refusal?: string;
}

const hangGuardMs = 10_000;

/** Runs one case under one policy in an arena of its own and reports what came of it. Throws only if the setup fails. */
export async function runCase(
  library: Library,
  subject: ConfinementCase,
  policy: Policy,
  place: { readonly path: string; readonly tool: string },
): Promise<CaseReport> {
  using arena = new Arena(place.path, place.tool);
  arena.perform(subject.setup);
  const violations: string[] = [];
  const observed = await observe(library, subject, policy, arena, violations);
  if (observed.outcome !== 'hang') {
    for (const path of arena.openDescriptors()) violations.push(`a descriptor on ${path} is still open after close()`);
  }
  violations.push(...brokenFacts(arena, subject.after ?? [], policy));
  const accepted = isAccepted(observed.outcome, subject, policy);
  return { id: subject.id, policy, accepted, violations, ...observed };
}

async function observe(
  library: Library,
  subject: ConfinementCase,
  policy: Policy,
  arena: Arena,
  violations: string[],
): Promise<{ outcome: string; refusal?: string }> {
  const roots = (subject.roots ?? ['ws']).map((root) =>
    typeof root === 'string' ? arena.at(root) : arena.expand(root.raw),
  );
  const strict = { loose: subject.loose === true };
  let outside = fingerprint(arena.at('out'), strict);
  let everything = fingerprint(arena.path, { loose: true, contentOnly: true });
  let observed: { outcome: string; refusal?: string };
  let answer: Answer | undefined;
  try {
    answer = await withinTime(async () => {
      const workspace = await library.openWorkspace({ roots, symlinks: policy, ...subject.options });
      try {
        arena.perform(subject.between ?? []);
        outside = fingerprint(arena.at('out'), strict);
        everything = fingerprint(arena.path, { loose: true, contentOnly: true });
        return await call(library, subject, arena, workspace);
      } finally {
        await workspace.close();
      }
    });
    observed = { outcome: `ok=${answer.value}` };
    const configured = subject.operation === 'readAfterSetRoots' ? [String(arena.argument(subject.to ?? ''))] : roots;
    violations.push(...strangePaths(answer.result, configured), ...secretsIn(answer.result, subject, arena));
  } catch (error) {
    if (error === hang) return { outcome: 'hang' };
    observed = describeRefusal(library, error, subject, arena, violations);
  }
  violations.push(...changesBetween(outside, fingerprint(arena.at('out'), strict), 'out'));
  const changes = changesBetween(everything, fingerprint(arena.path, { loose: true, contentOnly: true }), 'the arena');
  if (answer === undefined && subject.residue !== true) {
    for (const change of changes) violations.push(`the call was refused, but ${change}`);
  } else if (readingOperations.has(subject.operation)) {
    for (const change of changes) violations.push(`the call only reads, but ${change}`);
  }
  return observed;
}

async function call(
  library: Library,
  subject: ConfinementCase,
  arena: Arena,
  workspace: Awaited<ReturnType<Library['openWorkspace']>>,
): Promise<Answer> {
  const path = arena.argument(subject.path) as string;
  const to = (subject.to === undefined ? arena.at('ws/unused') : arena.argument(subject.to)) as string;
  const input = { library, workspace, path, to, data: subject.data ?? 'new' };
  if (subject.operation !== 'readWithoutDescriptors') return operations[subject.operation](input);
  const taken = takeAllDescriptors();
  const answered = await operations.readWithoutDescriptors(input).then(
    (answer) => ({ answer }),
    (failure: unknown) => ({ failure }),
  );
  taken.giveBack();
  const again = await operations.readFile(input);
  if (again.value !== 'in') throw new Error('the workspace is of no use once descriptors are free again');
  if ('failure' in answered) throw answered.failure;
  return answered.answer;
}

/** Lowers the soft limit and opens until nothing is left, so that the library meets EMFILE. */
function takeAllDescriptors(): { giveBack(): void } {
  const limit = run('prlimit', [
    '--pid',
    `${process.pid}`,
    '--nofile',
    '--output',
    'SOFT',
    '--noheadings',
    '--raw',
  ]).trim();
  run('prlimit', ['--pid', `${process.pid}`, '--nofile=512:']);
  const taken: number[] = [];
  for (;;) {
    try {
      taken.push(openSync('/dev/null', 'r'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error;
      break;
    }
  }
  return {
    giveBack() {
      for (const descriptor of taken) closeSync(descriptor);
      run('prlimit', ['--pid', `${process.pid}`, `--nofile=${limit}:`]);
    },
  };
}

function describeRefusal(
  library: Library,
  error: unknown,
  subject: ConfinementCase,
  arena: Arena,
  violations: string[],
): { outcome: string; refusal?: string } {
  if (!(error instanceof library.PlokeIoError)) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: `UNTYPED:${words}` };
  }
  const outcome = errorClassOf(error.code);
  if (error.severity === 'internal')
    violations.push(`the refusal says that it is a bug of the library: ${error.message}`);
  const words = `${error.message} ${JSON.stringify(error)}`;
  const asked = [subject.path, ...(subject.to === undefined ? [] : [subject.to])];
  if (secretiveClasses.has(outcome) && !asked.some(mayNameOutside) && words.includes(`${arena.path}/out`)) {
    violations.push(`the refusal tells where the link leads: ${words}`);
  }
  const path = typeof subject.path === 'string' ? arena.at(subject.path) : arena.path;
  return { outcome, refusal: `${error.code}: ${error.message.replaceAll(path, 'PATH').replaceAll(arena.path, '@')}` };
}

function mayNameOutside(argument: Argument): boolean {
  if (typeof argument === 'string') return argument.includes('out');
  return 'raw' in argument ? argument.raw.includes('out') : true;
}

/** Paths in a result are spelt with a configured root. */
function strangePaths(result: unknown, roots: readonly string[]): string[] {
  const known = roots.map((root) => resolve(root)).map((root) => (root === '/' ? '' : root));
  return pathsIn(result)
    .filter((path) => !known.some((root) => path === root || path.startsWith(`${root}/`)))
    .map((path) => `the result names a path that is spelt with no configured root: ${path}`);
}

function pathsIn(result: unknown): string[] {
  if (Array.isArray(result)) return result.flatMap(pathsIn);
  if (typeof result !== 'object' || result === null || ArrayBuffer.isView(result)) return [];
  return Object.entries(result).flatMap(([key, value]) =>
    key === 'path' && typeof value === 'string' ? [value] : pathsIn(value),
  );
}

/** Whatever the outcome: the secret shows only where a hard link or a mount put it inside. */
function secretsIn(result: unknown, subject: ConfinementCase, arena: Arena): string[] {
  const insideToo = subject.setup.some((step) => 'hardLink' in step || 'bind' in step);
  if (insideToo) return [];
  const bytes = result as { bytes?: Uint8Array } | undefined;
  const text = `${JSON.stringify(result)} ${bytes?.bytes === undefined ? '' : Buffer.from(bytes.bytes).toString('latin1')}`;
  const found = text.includes(secret) || text.includes(`${arena.path}/out/`);
  return found ? [`the result shows what is outside: ${text}`] : [];
}

const readingOperations: ReadonlySet<string> = new Set([
  'readFile',
  'readFileBytes',
  'readFileOrUndefined',
  'readFiles',
  'readSnippets',
  'createReadStream',
  'scanChanges',
  'listFiles',
  'listFilesHashed',
  'previewSnippets',
  'stat',
  'statLink',
  'listDirectory',
  'listDirectoryTypes',
  'capabilities',
  'readAfterClose',
  'readAfterSetRoots',
  'readWithoutDescriptors',
]);

function isAccepted(outcome: string, subject: ConfinementCase, policy: Policy): boolean {
  return subject.expect[policy].some((wanted) => wanted === outcome || (wanted === 'ok' && outcome.startsWith('ok=')));
}

const hang = new Error('the call did not come back in time');

/** Not a wait for something to happen: the limit after which not having happened is the finding. */
async function withinTime<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(hang), hangGuardMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
