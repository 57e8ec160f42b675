import type { WatcherOptions } from '../events/watcher-host.js';
import {
  badValue,
  checkArray,
  checkChoice,
  checkInteger,
  checkOptions,
  checkSignal,
  checkString,
  optional,
} from '../policy/arguments.js';

const names = ['debounceMs', 'queueCapacity', 'overflow', 'echo', 'backend', 'pollIntervalMs'] as const;
const defaults: WatcherOptions = Object.freeze({
  debounceMs: 250,
  queueCapacity: 16_384,
  overflow: 'drop-oldest',
  echo: 'tag',
  backend: 'auto',
  pollIntervalMs: 1_000,
});
/** setTimeout takes no longer delay (Node, timers). */
const longestDelayMs = 2 ** 31 - 1;

/**
 * The option `watch`. undefined: nothing is watched.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT
 */
export function checkWatch(operation: string, value: unknown): WatcherOptions | undefined {
  if (typeof value === 'boolean') return value ? defaults : undefined;
  if (typeof value !== 'object' || value === null) {
    throw badValue(operation, 'watch', value, 'true, false or an object of WatchOptions');
  }
  const given = checkOptions(operation, value, names, 'watch');
  const integer = (name: 'debounceMs' | 'queueCapacity' | 'pollIntervalMs', min: number, max: number) =>
    optional(given[name], defaults[name], (number) => checkInteger(operation, `watch.${name}`, number, { min, max }));
  return Object.freeze({
    debounceMs: integer('debounceMs', 0, longestDelayMs),
    queueCapacity: integer('queueCapacity', 1, 10_000_000),
    overflow: optional(given.overflow, defaults.overflow, (choice) =>
      checkChoice(operation, 'watch.overflow', choice, ['drop-oldest', 'drop-newest', 'fail']),
    ),
    echo: optional(given.echo, defaults.echo, (choice) =>
      checkChoice(operation, 'watch.echo', choice, ['tag', 'suppress']),
    ),
    backend: optional(given.backend, defaults.backend, (choice) =>
      checkChoice(operation, 'watch.backend', choice, ['auto', 'native', 'chokidar', 'polling']),
    ),
    pollIntervalMs: integer('pollIntervalMs', 1, longestDelayMs),
  });
}

/** The options of events(). */
export function checkEventOptions(operation: string, options: unknown) {
  const given = checkOptions(operation, options, ['ignoreOrigin', 'signal']);
  const origins = optional(given.ignoreOrigin, [], (value) =>
    typeof value === 'string' ? [value] : checkArray(operation, 'ignoreOrigin', value, { max: 10_000 }),
  );
  return {
    ignoredOrigins: new Set(origins.map((origin, index) => checkString(operation, `ignoreOrigin[${index}]`, origin))),
    signal: checkSignal(operation, given.signal),
  };
}
