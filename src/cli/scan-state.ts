import { parseContentHash } from '../index.js';
import type { ContentHash } from '../types.js';
import { CommandError } from './usage.js';

/** The files that a scan knows, with paths relative to the directory that is scanned. */
export type ScanState = readonly {
  readonly path: string;
  readonly hash: ContentHash;
  readonly stamp: string | null;
}[];

const format = 'ploke-io-scan-1';

export function serializeScanState(files: ScanState): string {
  // One file a line, so that two states can be compared with diff.
  const lines = files.map((file) => `  ${JSON.stringify(file)}`);
  return `{"format":"${format}","files":[\n${lines.join(',\n')}\n]}\n`;
}

/** @throws CommandError that names the file, when it is not a state of ours */
export function parseScanState(text: string, path: string): ScanState {
  try {
    const value: unknown = JSON.parse(text);
    const { format: found, files } = asRecord(value);
    if (found !== format) throw new Error(`its format is ${JSON.stringify(found)}, not "${format}"`);
    if (!Array.isArray(files)) throw new Error('it has no list of files');
    return files.map((file: unknown) => {
      const { path: name, hash, stamp } = asRecord(file);
      if (typeof name !== 'string') throw new Error('a file has no path');
      return {
        path: name,
        hash: parseContentHash(String(hash)),
        stamp: typeof stamp === 'string' ? stamp : null,
      };
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(`${path} is no state of a scan: ${why}. Name another file, or remove it to begin anew.`, {
      cause,
    });
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new Error('it is not made of objects');
}
