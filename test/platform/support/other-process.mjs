// @ts-check
// Starts actors (actors/*.mjs): processes that do what the test asks, and tell of it.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Conversation } from './conversation.mjs';
import { until } from './expect.mjs';
import { environmentWith, scriptArguments, settings } from './settings.mjs';

export class OtherProcess {
  /** @type {{ code: number | null, signal: string | null } | undefined} */
  #end;
  #child;
  #directory;
  #conversation;

  /**
   * @param {import('./harness.mjs').Place} place ends the process at the end of the test at the latest
   * @param {string} actor the name of a file in actors/
   * @param {Record<string, unknown>} task
   */
  constructor(place, actor, task) {
    this.#directory = mkdtempSync(path.join(tmpdir(), 'ploke-io-actor-'));
    this.#conversation = new Conversation(this.#directory, 'test');
    const script = fileURLToPath(new URL(`../actors/${actor}.mjs`, import.meta.url));
    // Files and not pipes: node.exe under Wine 8 cannot open a pipe of the system.
    const output = openSync(path.join(this.#directory, 'output'), 'a');
    this.#child = spawn(
      process.execPath,
      [...scriptArguments, script, JSON.stringify({ directory: this.#directory, ...task })],
      { stdio: ['ignore', output, output], env: environmentWith(settings) },
    );
    closeSync(output);
    this.#child.on('error', (error) => {
      this.#end = { code: null, signal: error.message };
    });
    this.#child.on('exit', (code, signal) => {
      this.#end = { code, signal };
    });
    place.atEnd(() => this.kill());
  }

  get pid() {
    return this.#child.pid;
  }

  /** @param {string} type @returns {Promise<any>} the first line of this type that the actor says */
  said(type) {
    return until(() => {
      const line = this.#conversation.heard().find((heard) => heard.type === type);
      if (line === undefined && this.#end) {
        const { code, signal } = this.#end;
        throw new Error(`the other process ended with ${code ?? signal} before it said "${type}": ${this.output()}`);
      }
      return line;
    }, `"${type}" of another process`);
  }

  /** @param {string} type @returns {number} how often it has said so */
  count(type) {
    return this.#conversation.heard().filter((heard) => heard.type === type).length;
  }

  /** @param {string} type @param {Record<string, unknown>} [more] */
  tell(type, more) {
    this.#conversation.say({ type, ...more });
  }

  output() {
    return readFileSync(path.join(this.#directory, 'output'), 'utf8');
  }

  /** @returns {Promise<{ code: number | null, signal: string | null }>} */
  ended() {
    return until(() => this.#end, 'the end of another process');
  }

  /** At once, without a chance to clear up: SIGKILL, TerminateProcess on Windows. */
  async kill() {
    if (!this.#end) this.#child.kill('SIGKILL');
    return this.ended();
  }
}
