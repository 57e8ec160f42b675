import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = dirname(fileURLToPath(import.meta.url));

export class NativeTool implements Disposable {
  constructor(
    readonly path: string,
    private readonly directory: string,
  ) {}

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Compiles one C program of this directory with the system's compiler into a temporary directory. */
export function compileNativeTool(source: string): NativeTool {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'ploke-io-tool-'));
  const path = join(directory, basename(source, '.c'));
  run('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', path, join(sources, source)]);
  return new NativeTool(path, directory);
}

/** Runs a program to its end and returns what it wrote; a failure carries its own words. */
export function run(program: string, words: readonly string[]): string {
  const result = spawnSync(program, words, { encoding: 'utf8' });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) {
    throw new Error(`${program} ${words.join(' ')} ended with ${result.status ?? result.signal}: ${result.stderr}`);
  }
  return result.stdout;
}
