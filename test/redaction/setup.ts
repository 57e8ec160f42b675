import diagnostics from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, afterEach } from 'vitest';
import { report, search } from './observed.js';
import { searchWarnings } from './observed-workspace.js';

/*
 * Listens on every diagnostics channel of the library, whatever it is called, from the moment that it is made.
 */
const { channel, tracingChannel } = diagnostics;
const isOurs = (name: unknown): name is string => typeof name === 'string' && name.startsWith('ploke-io');

diagnostics.channel = (name) => {
  if (isOurs(name)) diagnostics.subscribe(name, (message) => search(`channel ${name}`, message));
  return channel(name);
};

diagnostics.tracingChannel = ((name: string) => {
  const made = tracingChannel(name);
  if (isOurs(name)) {
    const listen = (message: unknown): void => search(`channel ${name}`, message);
    made.subscribe({ start: listen, end: listen, asyncStart: listen, asyncEnd: listen, error: listen });
  }
  return made;
}) as typeof tracingChannel;

syncBuiltinESMExports();

process.on('warning', (warning) => search('process warning', warning));

afterEach(searchWarnings);
afterAll(report);
