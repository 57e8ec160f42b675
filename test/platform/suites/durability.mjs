// @ts-check
// What receipts say about durability. That it is true is shown elsewhere, by cutting the power.
import { any, matches, oneOf } from '../support/expect.mjs';
import { makeFiles } from '../support/files.mjs';
import { suiteOf } from '../support/harness.mjs';

const test = suiteOf('durability');

/** File systems in memory: nothing there survives. */
const volatile = ['tmpfs', 'ramfs'];

/** @param {import('../support/harness.mjs').Place} place */
async function whatStrictAchieves(place) {
  const workspace = await place.open({ durability: 'strict' });
  const { fileSystem, network } = await workspace.capabilities();
  const durability = volatile.includes(fileSystem) ? 'none' : network ? 'delegated' : oneOf('confirmed', 'delegated');
  return { workspace, durability };
}

test('a strict write says that it is on the medium', async (place) => {
  makeFiles(place.directory, { file: 'old' });
  const { workspace, durability } = await whatStrictAchieves(place);
  const { receipt, warnings } = await workspace.writeFile(place.at('file'), 'new');
  matches({ receipt, warnings }, { receipt: { atomic: true, durability }, warnings: [] });
});

test('a strict batch says so of each file', async (place) => {
  const { workspace, durability } = await whatStrictAchieves(place);
  const files = Array.from({ length: 20 }, (_, index) => ({ path: place.at(`d${index % 3}/f${index}`), data: 'x' }));
  const created = await workspace.createFiles(files, { parents: true });
  matches(
    created,
    files.map(() => ({ value: { receipt: { durability } } })),
  );
  const written = await workspace.writeFiles(files.map(({ path }) => ({ path, data: 'y' })));
  matches(
    written,
    files.map(() => ({ value: { receipt: { durability } } })),
  );
});

test('strict says so of what is made, renamed and removed', async (place) => {
  makeFiles(place.directory, { file: 'content', 'd/x': '' });
  const { workspace, durability } = await whatStrictAchieves(place);
  const receipt = { durability };
  matches(await workspace.createFile(place.at('new'), 'x'), { receipt });
  matches(await workspace.createDirectory(place.at('directory')), { receipt });
  matches(await workspace.rename(place.at('new'), place.at('directory/new')), { receipt });
  matches(await workspace.rename(place.at('directory'), place.at('moved')), { receipt });
  matches(await workspace.removeFile(place.at('moved/new')), { receipt });
  matches(await workspace.removeDirectory(place.at('moved')), { receipt });
  matches(await workspace.removeDirectory(place.at('d'), { recursive: true }), { receipt });
});

test('best-effort says what it achieved, and warns of what it did not', async (place) => {
  makeFiles(place.directory, { file: 'old' });
  const { workspace, durability } = await whatStrictAchieves(place);
  const { receipt, warnings } = await workspace.writeFile(place.at('file'), 'new', { durability: 'best-effort' });
  if (warnings.length === 0) matches(receipt, { durability });
  else
    matches(
      { receipt, warnings },
      { receipt: { durability: 'none' }, warnings: [{ code: 'PLOKE_DIRECTORY_UNSYNCED' }] },
    );
});

test('none promises nothing, per workspace and per call', async (place) => {
  makeFiles(place.directory, { file: 'old' });
  const { workspace } = await whatStrictAchieves(place);
  const careless = await place.open({ durability: 'none' });
  const expected = { receipt: { atomic: true, durability: 'none' } };
  matches(await careless.writeFile(place.at('file'), 'one'), expected);
  matches(await workspace.writeFile(place.at('file'), 'two', { durability: 'none' }), expected);
  matches(await workspace.createFile(place.at('new'), 'x', { durability: 'none' }), expected);
});

test('a call that changes nothing promises nothing', async (place) => {
  makeFiles(place.directory, { file: 'there' });
  const { workspace } = await whatStrictAchieves(place);
  const kept = await workspace.createFile(place.at('file'), 'x', { ifExists: 'keep' });
  matches(kept, { outcome: 'unchanged', receipt: { durability: 'none' } });
});

test('capabilities say what the file system can do, and leave nothing behind', async (place) => {
  makeFiles(place.directory, { 'd/file': '' });
  const workspace = await place.open();
  const capabilities = await workspace.capabilities();
  matches(capabilities, {
    path: place.directory,
    fileSystem: any('string'),
    network: any('boolean'),
    atomicReplace: true,
    exclusiveRename: any('boolean'),
    exchangeRename: any('boolean'),
    directorySync: oneOf('ok', 'unsupported', 'unproven'),
    lockScope: oneOf('cluster', 'host', 'unproven'),
    kernelResolution: any('boolean'),
    watch: oneOf('native', 'chokidar', 'polling'),
    caseSensitive: any('boolean'),
  });
  matches(capabilities.timestampResolutionMs > 0, true);
  matches(await workspace.listDirectory(place.directory), [{ name: 'd' }]);
  matches(await workspace.capabilities(place.at('d/file')), { fileSystem: capabilities.fileSystem });
});

test('what capabilities say about case is so', async (place) => {
  makeFiles(place.directory, { Name: 'x' });
  const workspace = await place.open();
  const { caseSensitive } = await workspace.capabilities();
  const other = await workspace.readFile(place.at('nAME'), { throwIfNoEntry: false });
  matches(other === undefined, caseSensitive);
});
