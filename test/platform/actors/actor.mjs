// @ts-check
// What every actor begins with: its task, the library, and the conversation with the test.
import { Conversation } from '../support/conversation.mjs';
import { until } from '../support/expect.mjs';
import { settings } from '../support/settings.mjs';

/** @type {Record<string, any> & { directory: string }} */
export const task = JSON.parse(process.argv.at(-1) ?? '{}');

/** @type {typeof import('../../../src/index.js')} */
export const library = await import(settings.entry);

const conversation = new Conversation(task.directory, 'actor');

/** @param {string} type @param {Record<string, unknown>} [more] */
export const say = (type, more) => conversation.say({ type, ...more });

/** @param {string} type */
export const isTold = (type) => conversation.heard().some((line) => line.type === type);

/** @param {string} type @returns {Promise<any>} the line, once the test says it */
export const told = (type) => until(() => conversation.heard().find((line) => line.type === type), `"${type}"`);
