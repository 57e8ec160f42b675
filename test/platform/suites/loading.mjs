// @ts-check
// That the package loads here, and that the addon is the one that is meant.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { matches, refuses } from '../support/expect.mjs';
import { library, suiteOf } from '../support/harness.mjs';
import { settings } from '../support/settings.mjs';

const test = suiteOf('loading');

/** @returns {string[]} the addons that this process has loaded */
function loadedAddons() {
  const files =
    process.platform === 'linux'
      ? readFileSync('/proc/self/maps', 'utf8')
          .split('\n')
          .map((line) => line.slice(line.indexOf('/')))
      : /** @type {{ sharedObjects: string[] }} */ (/** @type {unknown} */ (process.report.getReport())).sharedObjects;
  return [...new Set(files.filter((file) => file.endsWith('.node')))];
}

test('the addon that runs is the one of the package', async (place) => {
  await place.open();
  const inside = path.join(realpathSync.native(settings.packageDirectory), settings.prebuilt ? 'prebuilds' : '');
  const ours = loadedAddons().filter((file) => !path.relative(inside, realpathSync.native(file)).startsWith('..'));
  assert.equal(ours.length, 1, `one of ${loadedAddons()} is expected to lie in ${inside}`);
});

test('require() gives what import gives', () => {
  const required = createRequire(import.meta.url)(fileURLToPath(settings.entry));
  for (const name of Object.keys(library)) {
    assert.equal(required[name], /** @type {Record<string, unknown>} */ (library)[name], name);
  }
});

test('SHA-256 is what FIPS 180-4 says it is', () => {
  const known = {
    '': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    abc: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    [`${'a'.repeat(1_000_000)}`]: 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
  };
  for (const [text, digits] of Object.entries(known)) assert.equal(library.hashContent(text), `sha256-${digits}`);
});

test('a file that is read has the hash that node:crypto gives, at every length around a block', async (place) => {
  const workspace = await place.open();
  const sizes = [...Array.from({ length: 130 }, (_, size) => size), 4_095, 4_096, 65_537, 1_000_003];
  const files = sizes.map((size) => {
    const data = Buffer.alloc(size, `${size} bytes of content, `);
    return { path: place.at(`file${size}`), data, digits: createHash('sha256').update(data).digest('hex') };
  });
  const created = await workspace.createFiles(files.map((file) => ({ path: file.path, data: file.data })));
  const read = await workspace.readFiles(files.map((file) => ({ path: file.path })));
  for (const [index, { digits, data }] of files.entries()) {
    const expected = { status: 'fulfilled', value: { hash: `sha256-${digits}`, byteLength: data.length } };
    matches(created[index], expected);
    matches(read[index], expected);
  }
});

test('a hash is parsed, and nothing else passes for one', () => {
  const hash = library.hashContent('content');
  assert.equal(library.parseContentHash(hash), hash);
  for (const wrong of ['', 'sha256-', hash.toUpperCase(), `${hash}0`, hash.slice(7)]) {
    assert.throws(() => library.parseContentHash(wrong), /hash/i);
  }
});

test('options that are misspelt are refused by name', async (place) => {
  const options = /** @type {any} */ ({ roots: [place.directory], symlink: 'deny' });
  await refuses(library.openWorkspace(options), { code: 'ERR_PLOKE_INVALID_ARGUMENT', message: /symlink/ });
});

test('roots that are missing, are files or are none are refused', async (place) => {
  const workspace = await place.open();
  await workspace.createFile(place.at('file'), '');
  await refuses(library.openWorkspace({ roots: [place.at('missing')] }), 'ENOENT');
  await refuses(library.openWorkspace({ roots: [place.at('file')] }), 'ENOTDIR');
  await refuses(library.openWorkspace({ roots: [] }), 'ERR_PLOKE_INVALID_ARGUMENT');
  await refuses(library.openWorkspace({ roots: ['relative'] }), 'ERR_PLOKE_INVALID_PATH');
});
