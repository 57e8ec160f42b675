// node workload.mjs <mount> [seed] [steps] [batch]
// Sixteen lanes of strictly durable operations over one workspace. Prints a JSON line just before each call and just after
// it resolved, for a power-loss recorder or a system-call checker that reads the same lines.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { hashContent, openWorkspace } from '../../dist/index.js';

const [mount, seedArgument = '1', stepsArgument = '6'] = process.argv.slice(2);
const lanes = 16;
const steps = Number(stepsArgument);

/** A small deterministic generator (mulberry32), so that a seed names a run. */
function generator(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const sizes = [60, 900, 4096, 5000, 20_000, 70_000];
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
function body(name, version, size) {
  let text = `${name} version ${version}\nmarker ${name}@${version}\n`;
  const unit = `${sha256(text + seedArgument)}\n`;
  while (text.length < size) text += unit;
  return text;
}

let operations = 0;
/** Says what is about to happen, does it, and says that it was acknowledged. */
async function operation(record, run) {
  operations += 1;
  const id = operations;
  console.log(JSON.stringify({ start: id, ...record }));
  await run();
  console.log(JSON.stringify({ ack: id }));
}

const workspace = await openWorkspace({ roots: [mount], durability: 'strict' });
const absolute = (relative) => path.join(mount, relative);

async function lane(index) {
  const random = generator(Number(seedArgument) * 1000 + index);
  const size = () => sizes[random(sizes.length)];
  const shared = `shared/${index % 4}`;
  for (let step = 0; step < steps; step += 1) {
    const own = `lane${index}/step${step}/deep`;
    const created = `${own}/created`;
    const neighbour = `${shared}/step${step}/lane${index}`;
    let text = body(created, 0, size());
    await operation({ kind: 'create', path: created, sha256: sha256(text) }, () =>
      workspace.createFile(absolute(created), text, { parents: true }),
    );
    // Lanes share these directories: one lane makes a directory that another depends on.
    const neighbourText = body(neighbour, 0, size());
    await operation({ kind: 'create', path: neighbour, sha256: sha256(neighbourText) }, () =>
      workspace.createFile(absolute(neighbour), neighbourText, { parents: true }),
    );
    const replaced = body(created, 1, size());
    await operation({ kind: 'replace', path: created, sha256: sha256(replaced) }, () =>
      workspace.writeFile(absolute(created), replaced, { expectedHash: hashContent(text) }),
    );
    text = replaced;
    const start = text.indexOf('marker');
    const spliced = `${text.slice(0, start)}MARKER two${text.slice(start + 'marker'.length)}`;
    await operation({ kind: 'replace', path: created, sha256: sha256(spliced) }, async () => {
      const [result] = await workspace.writeSnippets([
        {
          path: absolute(created),
          start,
          end: start + 'marker'.length,
          replacement: 'MARKER two',
          expectedHash: hashContent(text),
        },
      ]);
      if (result.status !== 'fulfilled') throw result.reason;
    });
    const renamed = `${shared}/step${step}/renamed${index}`;
    await operation({ kind: 'rename', from: created, path: renamed, sha256: sha256(spliced) }, () =>
      workspace.rename(absolute(created), absolute(renamed)),
    );
    if (random(2) === 0) {
      await operation({ kind: 'delete', path: neighbour }, () => workspace.removeFile(absolute(neighbour)));
    }
  }
}

await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));

// Group commit: one acknowledgement for twenty files in four directories.
let before = [];
for (let round = 0; round < 4; round += 1) {
  const files = Array.from({ length: 20 }, (_, index) => {
    const relative = `group/${index % 4}/file${index}`;
    return { relative, text: body(relative, round, sizes[(index + round) % sizes.length]) };
  });
  await operation(
    {
      kind: round === 0 ? 'create' : 'replace',
      files: files.map(({ relative, text }) => ({ path: relative, sha256: sha256(text) })),
    },
    async () => {
      const items = files.map(({ relative, text }, index) => ({
        path: absolute(relative),
        data: text,
        ...(round === 0 ? {} : { expectedHash: hashContent(before[index].text) }),
      }));
      const results =
        round === 0 ? await workspace.createFiles(items, { parents: true }) : await workspace.writeFiles(items);
      for (const result of results) if (result.status !== 'fulfilled') throw result.reason;
    },
  );
  before = files;
}
await workspace.close();
