import { type Condition, conditions } from '../support/conditions.js';

/** A test that may be skipped, and why. `test` is `file > suite > name`; `*` in it stands for any characters. */
export interface AllowedSkip {
  readonly test: string;
  readonly reason: string;
  /** The entry counts only where this is not given: elsewhere the test has to run. */
  readonly unless: Condition | undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Reads test/skips.json. A malformed list is an error: it would silently allow or refuse the wrong tests. */
export function parseSkipList(json: string): readonly AllowedSkip[] {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) throw new Error('test/skips.json must be an array of { "test", "reason" }');
  return list.map((entry: unknown, index) => {
    const { test, reason, unless } = isRecord(entry) ? entry : {};
    if (typeof test !== 'string' || typeof reason !== 'string' || reason.trim() === '') {
      throw new Error(`test/skips.json: entry ${index} needs a "test" and a "reason"`);
    }
    if (unless !== undefined && !isCondition(unless)) {
      throw new Error(`test/skips.json: "unless" of entry ${index} is one of ${Object.keys(conditions).join(', ')}`);
    }
    return { test, reason, unless };
  });
}

/** The reason why `test` may be skipped, or undefined when the list does not allow it. */
export function reasonToSkip(
  list: readonly AllowedSkip[],
  test: string,
  given: Readonly<Record<Condition, boolean>> = conditions,
): string | undefined {
  const counting = list.filter(({ unless }) => unless === undefined || !given[unless]);
  return counting.find((entry) => globToPattern(entry.test).test(test))?.reason;
}

function isCondition(value: unknown): value is Condition {
  return typeof value === 'string' && Object.hasOwn(conditions, value);
}

function globToPattern(glob: string): RegExp {
  const literals = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literals.join('.*')}$`, 's');
}
