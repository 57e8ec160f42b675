import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectRoot, runShell } from '../support/child.js';

describe('the packed tarball', () => {
  let consumer = '';

  beforeAll(() => {
    consumer = mkdtempSync(path.join(tmpdir(), 'ploke-io-package-'));
    const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', consumer], {
      cwd: projectRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const report = JSON.parse(packed) as unknown;
    expect(report).toBeTruthy();
    const tarball = readdirSync(consumer).find((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new Error('npm pack made no tarball');
    execFileSync('tar', ['-xzf', tarball], { cwd: consumer });
    mkdirSync(path.join(consumer, 'node_modules'));
    cpSync(path.join(consumer, 'package'), path.join(consumer, 'node_modules', 'ploke-io'), { recursive: true });
    for (const name of ['ignore', 'diff', 'node-gyp-build', 'node-addon-api']) {
      symlinkSync(path.join(projectRoot, 'node_modules', name), path.join(consumer, 'node_modules', name));
    }
    // What the install script would compile: the addon of this machine.
    mkdirSync(path.join(consumer, 'node_modules', 'ploke-io', 'build', 'Release'), { recursive: true });
    cpSync(
      path.join(projectRoot, 'build', 'Release', 'ploke_io.node'),
      path.join(consumer, 'node_modules', 'ploke-io', 'build', 'Release', 'ploke_io.node'),
    );
  });
  afterAll(() => rmSync(consumer, { recursive: true, force: true }));

  test('works through import and require, as one instance', async () => {
    writeFileSync(
      path.join(consumer, 'use.mjs'),
      `import { createRequire } from 'node:module';
       import * as imported from 'ploke-io';
       const required = createRequire(import.meta.url)('ploke-io');
       const workspace = await required.openWorkspace({ roots: [process.cwd()] });
       const { text } = await workspace.readFile(process.cwd() + '/use.mjs');
       await workspace.close();
       console.log(text.length > 0, required.openWorkspace === imported.openWorkspace, required.PlokeIoError === imported.PlokeIoError);`,
    );
    const result = await runShell(`cd "${consumer}" && exec "${process.execPath}" --no-warnings use.mjs`);
    expect(result).toMatchObject({ code: 0, stdout: 'true true true\n', stderr: '' });
  });

  test('needs OpenTelemetry for the entry that is named for it, and for no other', async () => {
    const use = `import('ploke-io/opentelemetry').then(
      ({ instrument }) => console.log(typeof instrument().disable),
      (error) => console.log(error.code, error.message.includes('@opentelemetry/api')),
    )`;
    const run = () =>
      runShell(`cd "${consumer}" && exec "${process.execPath}" --input-type=module -e "${use.replace(/\s+/g, ' ')}"`);
    expect(await run()).toMatchObject({ stdout: 'ERR_MODULE_NOT_FOUND true\n' });
    const modules = path.join(consumer, 'node_modules', '@opentelemetry');
    mkdirSync(modules);
    symlinkSync(path.join(projectRoot, 'node_modules', '@opentelemetry', 'api'), path.join(modules, 'api'));
    expect(await run()).toMatchObject({ stdout: 'function\n', stderr: '' });
  });

  test('has types that a strict consumer compiles against, the models alone included', async () => {
    writeFileSync(
      path.join(consumer, 'use.mts'),
      `import { openWorkspace, hashContent, type FileText } from 'ploke-io';
       import type { ContentHash, WorkspaceOptions } from 'ploke-io/types';
       const options: WorkspaceOptions = { roots: ['/x'] };
       const hash: ContentHash = hashContent('x');
       export async function use(): Promise<FileText> { await using w = await openWorkspace(options); return w.readFile('/x/y', { expectedHash: hash }); }`,
    );
    const compiler = path.join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    const types = path.join(projectRoot, 'node_modules', '@types');
    const flags = `--strict --exactOptionalPropertyTypes --noEmit --module nodenext --target es2022 --lib es2023,esnext.disposable --typeRoots "${types}" --types node`;
    const result = await runShell(`cd "${consumer}" && "${process.execPath}" "${compiler}" ${flags} use.mts`);
    expect(result).toMatchObject({ code: 0, stdout: '' });
  });

  test('keeps what is not exported private and carries what an install needs', async () => {
    const inside = path.join(consumer, 'node_modules', 'ploke-io');
    for (const name of [
      'package.json',
      'README.md',
      'LICENSE',
      'binding.gyp',
      'native/binding.cc',
      'dist/index.js',
      'dist/index.d.ts',
    ]) {
      expect(existsSync(path.join(inside, name)), name).toBe(true);
    }
    for (const name of ['test', 'src', '.ci', 'scripts']) expect(existsSync(path.join(inside, name)), name).toBe(false);
    const result = await runShell(
      `cd "${consumer}" && "${process.execPath}" --input-type=module -e "import('ploke-io/dist/api/workspace.js').catch((error) => console.log(error.code))"`,
    );
    expect(result.stdout).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\n');
  });
});
