import { fileURLToPath } from 'node:url';
import { invalidArgument } from '../errors/make.js';
import { memberOf } from '../errors/member-of.js';
import { givenValue, wording } from '../errors/wording.js';
import { isContentHash } from '../native/hash-text.js';
import type { ContentHash, KnownFile, KnownFileSet as KnownFileSetModel, PathInput } from '../types.js';
import { copyOfUrl, iterate } from './caller-values.js';

/** The columns of a set, all of one length. A path is a string, or a URL object that is never handed out; scanning judges it. */
export interface KnownFileColumns {
  readonly paths: readonly PathInput[];
  readonly hashes: readonly ContentHash[];
  readonly ids: readonly (string | undefined)[];
  readonly stamps: readonly (string | null | undefined)[];
}

/**
 * A known state in columns: immutable, and iterable as the KnownFiles that it was made from. What iterates are objects of
 * the caller's own, URLs included. `structuredClone` and `postMessage` cannot copy a set, only `[...known]` without URLs,
 * or `known.toJSON()`.
 */
export class KnownFileSet implements KnownFileSetModel {
  readonly #columns: KnownFileColumns;

  /** Takes the columns over: nobody else may change them. (Frozen arrays are copied twenty times as slowly.) */
  constructor(columns: KnownFileColumns) {
    this.#columns = columns;
    Object.freeze(this);
  }

  /** For the library itself. */
  static columnsOf(set: KnownFileSet): KnownFileColumns {
    return set.#columns;
  }

  get size(): number {
    return this.#columns.paths.length;
  }

  at(index: number): KnownFile | undefined {
    const { paths, hashes, ids, stamps } = this.#columns;
    const path = paths[index];
    const hash = hashes[index];
    if (path === undefined || hash === undefined) return undefined;
    const id = ids[index];
    const stamp = stamps[index];
    return {
      path: typeof path === 'string' ? path : new URL(path),
      hash,
      ...(id === undefined ? {} : { id }),
      ...(stamp === undefined ? {} : { stamp }),
    };
  }

  /** Its files, with paths as text, so that what `JSON.parse` makes of it can be packed again. */
  toJSON(): KnownFile[] {
    return [...this].map((file) => ({ ...file, path: typeof file.path === 'string' ? file.path : textOf(file.path) }));
  }

  *[Symbol.iterator](): Generator<KnownFile, void, undefined> {
    for (let index = 0; index < this.size; index++) {
      const file = this.at(index);
      if (file) yield file;
    }
  }
}

/**
 * Packs a known state once, so that scanning it again costs no conversion. Each member of a file is read once; members
 * that are not known are let pass, so results and scan changes can be fed back.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for what is no KnownFile; whether a path is absolute and under a root is judged by
 * the scan, file by file
 */
export function packKnownFiles(known: Iterable<KnownFile>, operation = 'packKnownFiles'): KnownFileSet {
  if (known instanceof KnownFileSet) return known;
  const paths: PathInput[] = [];
  const hashes: ContentHash[] = [];
  const ids: (string | undefined)[] = [];
  const stamps: (string | null | undefined)[] = [];
  const bad = (member: string, value: unknown, expected: string): Error => {
    const argument = `known[${paths.length}]${member}`;
    return invalidArgument(operation, wording`${argument} is ${givenValue(value)}. Pass ${expected}.`, { argument });
  };
  for (const file of iterate(known, operation, 'known', 'known files')) {
    if (typeof file !== 'object' || file === null) throw bad('', file, 'a file: { path, hash, id?, stamp? }');
    const { path, hash, id, stamp } = readMembers(file, operation, paths.length);
    const copied = typeof path === 'string' ? path : copyOfUrl(path);
    if (copied === undefined) throw bad('.path', path, 'an absolute path or a file: URL');
    if (!isContentHash(hash)) throw bad('.hash', hash, 'a hash: "sha256-" and 64 lower-case hex digits');
    if (id !== undefined && typeof id !== 'string') throw bad('.id', id, 'a string, or leave it out');
    if (stamp !== undefined && stamp !== null && (typeof stamp !== 'string' || stamp.includes('\0'))) {
      throw bad('.stamp', stamp, 'the stamp of an entry, a result or a scan, or leave it out');
    }
    paths.push(copied);
    hashes.push(hash);
    ids.push(id);
    stamps.push(stamp);
  }
  return new KnownFileSet({ paths, hashes, ids, stamps });
}

function readMembers(file: object, operation: string, index: number): Readonly<Record<keyof KnownFile, unknown>> {
  try {
    return {
      path: memberOf(file, 'path'),
      hash: memberOf(file, 'hash'),
      id: memberOf(file, 'id'),
      stamp: memberOf(file, 'stamp'),
    };
  } catch (cause) {
    const argument = `known[${index}]`;
    const message = `${argument} could not be read: its getter or its Proxy threw. Pass plain objects.`;
    throw invalidArgument(operation, message, { argument }, cause);
  }
}

/** Of a URL that no file can have, its href: scanning refuses it either way. */
function textOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url.href;
  }
}
