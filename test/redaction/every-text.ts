import { inspect } from 'node:util';

/** All that a logger could make of a value: the stack, the causes, every member. */
export function everyText(value: unknown): string {
  const shown = inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    maxArrayLength: Number.POSITIVE_INFINITY,
    maxStringLength: Number.POSITIVE_INFINITY,
    showHidden: true,
  });
  return `${shown}\n${json(value)}`;
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // A circle, or a bigint: inspect has shown it.
    return '';
  }
}
