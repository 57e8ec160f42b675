import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { changesBetween, type Fingerprint, fingerprint } from '../fingerprint.js';

/**
 * Stands in every file that was always outside, and nowhere else. It holds what the edits look for, and its size is told
 * from every other by stat alone.
 */
export const secretText = `SECRET in ${'s'.repeat(4_089)}`;
export const secretHash = `sha256-${createHash('sha256').update(secretText).digest('hex')}`;
/** Stands in the second root. */
export const otherRootText = `OTHER-ROOT in ${'o'.repeat(2_000)}`;
export const otherRootHash = `sha256-${createHash('sha256').update(otherRootText).digest('hex')}`;
/** A name that only directories outside have. */
export const outsideName = 'only-outside';

const outsideFiles = [
  'out/f0',
  'out/f',
  'out/b/f',
  'out/m/c/f',
  'out/c/f',
  'out/s/f',
  'out/d0/f',
  'out/d0/f0',
  'f0',
  'elsewhere/f0',
  `out/${outsideName}`,
  `out/b/${outsideName}`,
  `out/m/${outsideName}`,
  `out/m/c/${outsideName}`,
  `out/s/${outsideName}`,
  `out/d0/${outsideName}`,
];
// What the swapper itself moves to and fro is not looked at.
const watched = ['out', 'f0', 'elsewhere/f0'];

/** Two roots, and around them what must neither show nor change. */
export class RaceArena {
  private baseline: Fingerprint;

  /** `guardsOtherRoot`: the second root must not change either, because only `ws/` is written to. */
  constructor(
    readonly path: string,
    private readonly guardsOtherRoot: boolean,
  ) {
    mkdirSync(`${path}/spare`, { recursive: true });
    for (const directory of ['ws/d0', 'ws/p', 'ws/q', 'ws/t', 'wb'])
      mkdirSync(`${path}/${directory}`, { recursive: true });
    for (const file of ['ws/f0', 'ws/d0/f']) writeFileSync(`${path}/${file}`, 'INSIDE in');
    symlinkSync('f0', `${path}/ws/l1`);
    symlinkSync('../out/f0', `${path}/ws/l2`);
    this.baseline = this.layOutside();
  }

  /** What has changed outside since the last look, each as a sentence. Anything that has is put right again. */
  changesOutside(): string[] {
    const changes = changesBetween(this.baseline, this.look(), '');
    if (changes.length > 0) this.baseline = this.layOutside();
    return changes;
  }

  private layOutside(): Fingerprint {
    for (const path of watched) rmSync(`${this.path}/${path}`, { recursive: true, force: true });
    for (const file of outsideFiles) {
      mkdirSync(dirname(`${this.path}/${file}`), { recursive: true });
      writeFileSync(`${this.path}/${file}`, secretText);
    }
    if (this.guardsOtherRoot) {
      for (const name of this.namesInOtherRoot()) rmSync(`${this.path}/wb/${name}`, { recursive: true, force: true });
    }
    writeFileSync(`${this.path}/wb/f0`, otherRootText);
    return this.look();
  }

  private look(): Fingerprint {
    const found = new Map<string, string>();
    for (const path of watched) {
      for (const [key, value] of fingerprint(`${this.path}/${path}`, { loose: false }))
        found.set(`${path}${key}`, value);
    }
    if (this.guardsOtherRoot) {
      for (const name of this.namesInOtherRoot()) {
        for (const [key, value] of fingerprint(`${this.path}/wb/${name}`, { loose: false }))
          found.set(`wb/${name}${key}`, value);
      }
    }
    return found;
  }

  // The library's own directory comes and goes there by right.
  private namesInOtherRoot(): string[] {
    return readdirSync(`${this.path}/wb`).filter((name) => name !== '.ploke-io');
  }
}
