// @ts-check
// How two processes talk: each adds lines to a file of its own, and reads the other's. Pipes would do on most targets, but
// node.exe under Wine cannot open them.
import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';

export class Conversation {
  #mine;
  #theirs;

  /** @param {string} directory @param {'test' | 'actor'} side */
  constructor(directory, side) {
    const files = { test: path.join(directory, 'from-test'), actor: path.join(directory, 'from-actor') };
    this.#mine = files[side];
    this.#theirs = files[side === 'test' ? 'actor' : 'test'];
  }

  /** @param {Record<string, unknown>} line */
  say(line) {
    appendFileSync(this.#mine, `${JSON.stringify(line)}\n`);
  }

  /** Everything that the other side has said, as far as it is written. @returns {Record<string, any>[]} */
  heard() {
    let text;
    try {
      text = readFileSync(this.#theirs, 'utf8');
    } catch (error) {
      // It has said nothing yet; or, on Windows, it is just writing.
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code === 'ENOENT' || code === 'EBUSY') return [];
      throw error;
    }
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }
}
