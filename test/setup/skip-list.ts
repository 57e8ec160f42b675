/** A test that may be skipped, and why. `test` is `file > suite > name`; `*` in it stands for any characters. */
export interface AllowedSkip {
  readonly test: string;
  readonly reason: string;
  /** The entry counts for ordinary users only: as root the test has to run. */
  readonly unlessRoot: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Reads test/skips.json. A malformed list is an error: it would silently allow or refuse the wrong tests. */
export function parseSkipList(json: string): readonly AllowedSkip[] {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) throw new Error('test/skips.json must be an array of { "test", "reason" }');
  return list.map((entry: unknown, index) => {
    const { test, reason, unlessRoot = false } = isRecord(entry) ? entry : {};
    if (typeof test !== 'string' || typeof reason !== 'string' || reason.trim() === '') {
      throw new Error(`test/skips.json: entry ${index} needs a "test" and a "reason"`);
    }
    if (typeof unlessRoot !== 'boolean')
      throw new Error(`test/skips.json: "unlessRoot" of entry ${index} is a boolean`);
    return { test, reason, unlessRoot };
  });
}

/** The reason why `test` may be skipped, or undefined when the list does not allow it. */
export function reasonToSkip(
  list: readonly AllowedSkip[],
  test: string,
  isRoot = process.getuid?.() === 0,
): string | undefined {
  const counting = list.filter((entry) => !(entry.unlessRoot && isRoot));
  return counting.find((entry) => globToPattern(entry.test).test(test))?.reason;
}

function globToPattern(glob: string): RegExp {
  const literals = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 's');
}
