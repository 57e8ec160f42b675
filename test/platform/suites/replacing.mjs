// @ts-check
// What other processes see while files are replaced, and what is left when a writer is killed.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { matches, refuses, that } from '../support/expect.mjs';
import { makeFiles, namesIn, textOf } from '../support/files.mjs';
import { library, suiteOf } from '../support/harness.mjs';
import { OtherProcess } from '../support/other-process.mjs';

const test = suiteOf('replacing');
const { hashContent } = library;

const versionLength = 100_000;
const version = (/** @type {number} */ number) => String.fromCharCode(97 + (number % 26)).repeat(versionLength);

for (const by of ['node', 'library']) {
  test(`who reads by ${by} sees one version whole while a file is replaced 200 times`, async (place) => {
    makeFiles(place.directory, { file: version(0) });
    const task = { root: place.directory, file: place.at('file'), versionLength, by };
    const reader = new OtherProcess(place, 'reader', task);
    await reader.said('reading');
    const workspace = await place.open();
    for (let number = 1; number <= 200; number += 1) await workspace.writeFile(place.at('file'), version(number));
    reader.tell('stop');
    const several = that('more than one', (count) => count > 1);
    matches(await reader.said('read'), { torn: [], reads: several, versions: several });
    matches(await reader.ended(), { code: 0 });
    assert.equal(textOf(place.at('file')), version(200));
    await workspace.close();
    assert.deepEqual(namesIn(place.directory), ['file']);
  });
}

test('who reads while another process writes gets the hash of what he got', async (place) => {
  makeFiles(place.directory, { file: version(0) });
  const writer = new OtherProcess(place, 'writer', { root: place.directory, file: place.at('file'), versionLength });
  await writer.said('writing');
  const workspace = await place.open();
  const hashes = new Set();
  for (let round = 0; round < 100; round += 1) {
    const { text, hash } = await workspace.readFile(place.at('file'));
    assert.equal(text, text.slice(0, 1).repeat(versionLength), 'a torn version');
    assert.equal(hash, hashContent(text));
    hashes.add(hash);
  }
  assert.ok(hashes.size > 1, 'the writer did not write');
});

test('a writer that is killed leaves a whole version, a free file and, after the next open, nothing else', async (place) => {
  for (let round = 0; round < 3; round += 1) {
    makeFiles(place.directory, { file: version(0) });
    const writer = new OtherProcess(place, 'writer', { root: place.directory, file: place.at('file'), versionLength });
    await writer.said('writing');
    await writer.kill();
    const left = textOf(place.at('file'));
    assert.equal(left, left.slice(0, 1).repeat(versionLength), 'a torn version');
    const workspace = await library.openWorkspace({ roots: [place.directory], durability: 'none' });
    const { receipt } = await workspace.writeFile(place.at('file'), 'after the crash');
    matches(receipt, { atomic: true });
    await workspace.close();
    assert.equal(textOf(place.at('file')), 'after the crash');
    // Where locks do not prove that the owner is gone, his temporary files stay.
    const { lockScope } = await capabilitiesOf(place);
    if (lockScope === 'host') assert.deepEqual(namesIn(place.directory), ['file']);
  }
});

/** @param {import('../support/harness.mjs').Place} place */
async function capabilitiesOf(place) {
  const workspace = await library.openWorkspace({ roots: [place.directory] });
  try {
    return await workspace.capabilities();
  } finally {
    await workspace.close();
  }
}

test('updates by several processes are all there', async (place) => {
  makeFiles(place.directory, { counter: '0' });
  const times = 25;
  const task = { root: place.directory, file: place.at('counter'), times };
  const counters = Array.from({ length: 3 }, () => new OtherProcess(place, 'counter', task));
  for (const counter of counters) await counter.said('ready');
  for (const counter of counters) counter.tell('go');
  for (const counter of counters) {
    await counter.said('done');
    matches(await counter.ended(), { code: 0 });
  }
  assert.equal(textOf(place.at('counter')), `${3 * times}`);
});

test('what another process writes in between is not overwritten', async (place) => {
  makeFiles(place.directory, { file: 'base' });
  const workspace = await place.open();
  const { hash } = await workspace.readFile(place.at('file'));
  const other = new OtherProcess(place, 'caller', {
    root: place.directory,
    calls: [['writeFile', place.at('file'), 'theirs', { expectedHash: hash }]],
  });
  other.tell('go');
  matches(await other.said('answer'), { value: { outcome: 'replaced' } });
  await refuses(workspace.writeFile(place.at('file'), 'ours', { expectedHash: hash }), {
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    actualHash: hashContent('theirs'),
    committed: false,
  });
  assert.equal(textOf(place.at('file')), 'theirs');
});

test('what a program without locks writes in between is not overwritten', async (place) => {
  makeFiles(place.directory, { file: 'base' });
  const workspace = await place.open();
  const { hash } = await workspace.readFile(place.at('file'));
  writeFileSync(place.at('file'), 'theirs');
  const edit = { path: place.at('file'), start: 0, end: 4, replacement: 'ours', expectedHash: hash };
  matches(await workspace.writeSnippets([edit]), [{ reason: { code: 'ERR_PLOKE_CONTENT_MISMATCH' } }]);
  assert.equal(textOf(place.at('file')), 'theirs');
});

test('a file that is held open by a reader is replaced', async (place) => {
  makeFiles(place.directory, { file: version(0) });
  const workspace = await place.open();
  const stream = workspace.createReadStream(place.at('file'), { range: { start: 0, end: versionLength } }).getReader();
  const first = await stream.read();
  matches(await workspace.writeFile(place.at('file'), 'new'), { outcome: 'replaced' });
  let read = first.value?.byteLength ?? 0;
  for (let next = await stream.read(); !next.done; next = await stream.read()) read += next.value.byteLength;
  assert.equal(read, versionLength);
  assert.equal(textOf(place.at('file')), 'new');
});

test('the folder of the library is gone when the last workspace is closed', async (place) => {
  makeFiles(place.directory, { file: 'old' });
  const workspace = await place.open();
  const other = await place.open();
  await workspace.writeFile(place.at('file'), 'one');
  await other.writeFile(place.at('file'), 'two');
  await workspace.close();
  await other.close();
  assert.deepEqual(readdirSync(place.directory), ['file']);
});
