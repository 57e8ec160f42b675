// Source-like files: sizes log-normal around a median of 4.4 KB, spread over directories as in a real tree.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Deterministic random numbers in [0, 1). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const words =
  'const let return function import export await async class extends readonly string number for if else'.split(' ');

function sourceText(random, bytes) {
  const lines = [];
  let length = 0;
  while (length < bytes) {
    let line = ' '.repeat(Math.floor(random() * 4) * 2);
    const count = 3 + Math.floor(random() * 9);
    for (let index = 0; index < count; index += 1) {
      line += `${words[Math.floor(random() * words.length)]}${Math.floor(random() * 1000)} `;
    }
    // About one file line in two hundred is not ASCII, as in real comments.
    if (random() < 0.005) line += '// größer als “zuvor” → 漢字';
    lines.push(line);
    length += line.length + 1;
  }
  return `${lines.join('\n')}\n`;
}

/** Makes (once) `count` files in about count / 13 directories below `directory` and returns their absolute paths. */
export async function makeCorpus(directory, count, seed = 1) {
  // Beside the corpus, which holds nothing but its files.
  const marker = `${directory}.complete-${count}-${seed}`;
  const random = generator(seed);
  const files = [];
  const directories = Math.max(1, Math.round(count / 13.3));
  const names = Array.from({ length: directories }, (_, index) =>
    path.join(directory, `package${index % 40}`, `module${Math.floor(index / 40)}`),
  );
  const complete = await readFile(marker).then(
    () => true,
    () => false,
  );
  if (!complete) for (const name of names) await mkdir(name, { recursive: true });
  for (let index = 0; index < count; index += 1) {
    const file = path.join(names[index % directories], `source${index}.ts`);
    files.push(file);
    if (complete) continue;
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const bytes = Math.min(200_000, Math.max(80, Math.round(4400 * Math.exp(0.9 * normal))));
    await writeFile(file, sourceText(random, bytes));
  }
  if (!complete) await writeFile(marker, '');
  return files;
}
