import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import type { Warning, Workspace } from '../../src/types.js';

// U+FFFD is what a careless conversion makes of any byte that is not UTF-8.
const replacement = '\ufffd';
// A stray byte, a cut sequence, an overlong slash, an encoded surrogate, a code point beyond the last one.
const notUtf8 = ['61ff', '61e282', 'c0af', 'eda080', 'f4908080'];

let root: string;
let workspace: Workspace;

beforeEach(async () => {
  root = mkdtempSync(join(realpathSync(tmpdir()), 'ploke-io-names-'));
  workspace = await openWorkspace({ roots: [root] });
});
afterEach(async () => {
  await workspace.close();
  rmSync(root, { recursive: true, force: true });
});

const byBytes = (directory: string, hex: string): Buffer =>
  Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(hex, 'hex')]);

interface Listed {
  readonly paths: string[];
  readonly warnings: readonly Warning[];
}

async function list(options: Parameters<Workspace['listFiles']>[0] = {}): Promise<Listed> {
  const listing = workspace.listFiles(options);
  const paths: string[] = [];
  for await (const entry of listing) paths.push(entry.path.slice(root.length + 1));
  return { paths: paths.sort(), warnings: listing.warnings };
}

describe('a name that is not valid UTF-8', () => {
  it.each(notUtf8)('with the bytes %s is a warning of the listing and not an entry', async (hex) => {
    writeFileSync(byBytes(root, hex), 'A');
    writeFileSync(`${root}/plain`, 'in');
    const { paths, warnings } = await list();
    expect(paths).toEqual(['plain']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.code).toEqual(expect.any(String));
    expect(warnings[0]?.message).not.toBe('');
  });

  it('is told once for each name', async () => {
    for (const hex of notUtf8) writeFileSync(byBytes(root, hex), 'A');
    const { paths, warnings } = await list();
    expect(paths).toEqual([]);
    expect(warnings).toHaveLength(notUtf8.length);
    expect(new Set(warnings.map((warning) => warning.path)).size).toBe(notUtf8.length);
  });

  it('is a warning of a listing with hashes too', async () => {
    writeFileSync(byBytes(root, '61ff'), 'A');
    writeFileSync(`${root}/plain`, 'in');
    const listing = workspace.listFiles({ hash: true });
    const hashes: string[] = [];
    for await (const entry of listing) hashes.push(entry.hash);
    expect(hashes).toEqual([hashContent('in')]);
    expect(listing.warnings).toHaveLength(1);
  });

  it('of a directory keeps what is below it out of the listing', async () => {
    mkdirSync(byBytes(root, 'ff'));
    writeFileSync(Buffer.concat([byBytes(root, 'ff'), Buffer.from('/inner')]), 'A');
    mkdirSync(`${root}/${replacement}`);
    writeFileSync(`${root}/${replacement}/other`, 'B');
    const { paths, warnings } = await list();
    expect(paths).toEqual([`${replacement}/other`]);
    expect(warnings).toHaveLength(1);
  });

  it('does not stop a listing that filters by .gitignore', async () => {
    writeFileSync(`${root}/.gitignore`, 'ignored\n');
    writeFileSync(`${root}/ignored`, 'in');
    writeFileSync(byBytes(root, '61ff'), 'A');
    const { paths, warnings } = await list({ gitignore: true });
    expect(paths).toEqual(['.gitignore']);
    expect(warnings).toHaveLength(1);
  });

  it('is left out of a directory listing that still resolves', async () => {
    writeFileSync(byBytes(root, '61ff'), 'A');
    writeFileSync(`${root}/plain`, 'in');
    const entries = await workspace.listDirectory(root);
    expect(entries.map((entry) => entry.name)).toEqual(['plain']);
  });

  it('goes with the directory that is removed', async () => {
    mkdirSync(`${root}/d`);
    for (const hex of notUtf8) writeFileSync(byBytes(`${root}/d`, hex), 'A');
    await workspace.removeDirectory(`${root}/d`, { recursive: true });
    expect(existsSync(`${root}/d`)).toBe(false);
  });
});

describe('a file whose name looks like the mangled one', () => {
  it('is listed once and as itself', async () => {
    writeFileSync(byBytes(root, '61ff'), 'A');
    writeFileSync(byBytes(root, '61fe'), 'B');
    writeFileSync(`${root}/a${replacement}`, 'C');
    const { paths, warnings } = await list();
    expect(paths).toEqual([`a${replacement}`]);
    expect(warnings).toHaveLength(2);
    // A warning that named the lookalike would send the reader to the wrong file.
    expect(warnings.map((warning) => warning.path)).not.toContain(`${root}/a${replacement}`);
    expect((await workspace.listDirectory(root)).map((entry) => entry.name)).toEqual([`a${replacement}`]);
  });

  it('is read, written and scanned as itself', async () => {
    writeFileSync(byBytes(root, '61ff'), 'A');
    writeFileSync(`${root}/a${replacement}`, 'C');
    const path = `${root}/a${replacement}`;
    expect((await workspace.readFile(path)).text).toBe('C');
    await workspace.writeFile(path, 'D');
    const { changes } = await workspace.scanChanges([{ path, hash: hashContent('C') }]);
    expect(changes.map((change) => change.after)).toEqual([hashContent('D')]);
    expect(
      readdirSync(root, { encoding: 'buffer' })
        .map((name) => name.toString('hex'))
        .sort(),
    ).toContain('61ff');
  });

  it('is missing where only the name by bytes exists', async () => {
    writeFileSync(byBytes(root, '61ff'), 'A');
    const path = `${root}/a${replacement}`;
    expect(await workspace.readFile(path, { throwIfNoEntry: false })).toBeUndefined();
    await expect(workspace.stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await workspace.createFile(path, 'C');
    expect((await list()).paths).toEqual([`a${replacement}`]);
  });
});

it('keeps names apart that differ only in their Unicode form', async () => {
  const names = ['\u00e9', 'e\u0301', '\ufb01', 'fi', '\u{1f600}', '\ufeffbom', '\u202efdp'];
  for (const name of names) writeFileSync(`${root}/${name}`, name);
  const { paths, warnings } = await list();
  expect(paths).toEqual([...names].sort());
  expect(warnings).toEqual([]);
  for (const name of names) expect((await workspace.readFile(`${root}/${name}`)).text).toBe(name);
});
