import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { conditions, searchPath } from '../support/conditions.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const refused = { code: 'ERR_PLOKE_INVALID_PATH' };
const temporary = `.ploke-io-tmp-${'a'.repeat(32)}-${'b'.repeat(32)}-w`;

async function opened(directory = temporaryDirectory()) {
  const at = (name: string) => path.join(directory, name);
  const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  onTestFinished(() => workspace.close());
  await workspace.createFile(at('file'), 'x');
  const own = readdirSync(at('.ploke-io')).sort();
  const owner = own.find((name) => name.startsWith('owner-')) ?? '';
  return { directory, at, workspace, own, owner };
}

type Opened = Awaited<ReturnType<typeof opened>>;

/** Every call that would make, move or remove the name; `made`: what making a directory of it ends with. */
async function expectRefused({ at, workspace }: Opened, name: string, made = refused): Promise<void> {
  await expect(workspace.createFile(at(name), '')).rejects.toMatchObject(refused);
  await expect(workspace.createFile(at(`${name}/file`), '', { parents: true })).rejects.toMatchObject(refused);
  await expect(workspace.createDirectory(at(name))).rejects.toMatchObject(made);
  await expect(workspace.rename(at('file'), at(name))).rejects.toMatchObject(refused);
  await expect(workspace.rename(at(name), at('moved'))).rejects.toMatchObject(refused);
  await expect(workspace.removeFile(at(name))).rejects.toMatchObject(refused);
  await expect(workspace.removeDirectory(at(name), { recursive: true })).rejects.toMatchObject(refused);
}

// What a volume that ignores case takes for the same: capitals, the Kelvin sign, which folds to k, and characters that are
// passed over.
test.each([
  ['capitals', '.PLOKE-IO'],
  ['the Kelvin sign', '.plo\u212ae-io'],
  ['a joiner', '.ploke\u200d-io'],
  ['a byte order mark before it', '\ufeff.ploke-io'],
  ['capitals in the name of a temporary file', temporary.toUpperCase()],
  ['the Kelvin sign in the name of a temporary file', temporary.replace('k', '\u212a')],
])('the names of ploke-io are reserved with %s', async (_, name) => {
  const workspace = await opened();
  await expectRefused(workspace, name);
  expect(readdirSync(workspace.directory).sort()).toEqual(['.ploke-io', 'file']);
});

test('names that only look alike are anybody’s', async () => {
  const { at, workspace } = await opened();
  for (const name of ['.ploke-i0', '.Ploke-IO.txt', '.plöke-io', '.ploke-io-tmp-X']) {
    await workspace.createFile(at(name), name);
  }
  mkdirSync(at('below'));
  // The owners of a root lie in the root alone.
  await workspace.createFile(at('below/.Ploke-IO'), 'x');
  expect(await workspace.listDirectory(at('below'))).toMatchObject([{ name: '.Ploke-IO' }]);
});

test('a root that a link leads into the folder of owners with is refused', async () => {
  const { at } = await opened();
  symlinkSync('.ploke-io', at('link'));
  await expect(openWorkspace({ roots: [at('link')] })).rejects.toMatchObject(refused);
  await expect(openWorkspace({ roots: [at('.PLOKE-IO')] })).rejects.toMatchObject(refused);
});

describe.skipIf(!conditions.root)('as root', () => {
  // As the short names of NTFS are: no rule leads from one to the other.
  test('another name of the folder is told by what it leads to', async () => {
    const owners = await opened();
    const { at, workspace, own, owner } = owners;
    mkdirSync(at('ploke-~1'));
    execFileSync('mount', ['--bind', at('.ploke-io'), at('ploke-~1')]);
    onTestFinished(() => {
      execFileSync('umount', [at('ploke-~1')]);
    });
    await expectRefused(owners, 'ploke-~1', { code: 'EEXIST' });
    await expect(workspace.removeFile(at(`ploke-~1/${owner}`))).rejects.toMatchObject(refused);
    await expect(workspace.lock(at(`ploke-~1/${owner}`))).rejects.toMatchObject(refused);
    expect(readdirSync(at('.ploke-io')).sort()).toEqual(own);
  });
});

describe.skipIf(!conditions.root || !conditions.casefold)('on a directory that ignores case', () => {
  function caselessDirectory(): string {
    const folder = temporaryDirectory();
    const [image, mounted] = [path.join(folder, 'image'), path.join(folder, 'mounted')] as const;
    writeFileSync(image, '');
    truncateSync(image, 16 * 1024 * 1024);
    const run = (program: string, ...parameters: string[]) =>
      execFileSync(program, parameters, { env: { ...process.env, PATH: searchPath } });
    run('mkfs.ext4', '-q', '-F', '-O', 'casefold', image);
    mkdirSync(mounted);
    run('mount', '-o', 'loop', image, mounted);
    onTestFinished(() => {
      run('umount', '-l', mounted);
    });
    const directory = path.join(mounted, 'caseless');
    mkdirSync(directory);
    run('chattr', '+F', directory);
    return directory;
  }

  test('no spelling of the folder of owners leads into it', async () => {
    const owners = await opened(caselessDirectory());
    const { at, workspace, own, owner } = owners;
    for (const name of ['.PLOKE-IO', '.plo\u212ae-io', '.ploke\u200d-io']) {
      expect(existsSync(at(`${name}/${owner}`))).toBe(true);
      await expectRefused(owners, name);
      await expect(workspace.removeFile(at(`${name}/${owner.toUpperCase()}`))).rejects.toMatchObject(refused);
      await expect(workspace.lock(at(`${name}/${owner.toUpperCase()}`))).rejects.toMatchObject(refused);
    }
    expect(readdirSync(at('.ploke-io')).sort()).toEqual(own);
    expect((await workspace.listDirectory(owners.directory)).map(({ name }) => name)).toEqual(['file']);
  });
});
