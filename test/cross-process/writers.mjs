// Many writers on the same files: with locks and hashes, and a foreign program that asks nobody. Every version of that
// program must be accounted for.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashContent } from '../../dist/index.js';
import { inFolder } from '../support/folder.mjs';
import { trace } from '../support/tracer.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** A program whose output is collected from now on. */
function start(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${output.stderr}${output.stdout}`);
    return output.stdout;
  });
  ended.catch(() => undefined);
  return { child, output, ended };
}

/** Starts the writers, lets all go at once, and gives what each of them says at its end. */
async function runWriters(directory, how, processes, cycles, beside = () => undefined) {
  const writers = Array.from({ length: processes }, (_, index) =>
    start(process.execPath, [path.join(here, 'writers-child.mjs'), directory, how, String(cycles), `w${index}`]),
  );
  for (const { child, output, ended } of writers) {
    while (!output.stdout.includes('ready')) await Promise.race([once(child.stdout, 'data'), ended]);
  }
  const foreign = beside();
  for (const { child } of writers) child.stdin.end('go\n');
  const results = (await Promise.all(writers.map(({ ended }) => ended))).map((text) =>
    JSON.parse(text.split('\n').at(-2)),
  );
  await foreign?.ended;
  return results;
}

const sum = (results, member) => results.reduce((total, result) => total + result[member], 0);

/** Nobody but us: the count is exact. */
export function countTogether({ how, processes, cycles }) {
  return inFolder('writers', async (directory) => {
    writeFileSync(path.join(directory, 'counter'), '0\n');
    const results = await runWriters(directory, how, processes, cycles);
    const final = Number.parseInt(readFileSync(path.join(directory, 'counter'), 'utf8'), 10);
    const left = readdirSync(directory).filter((name) => name !== 'counter');
    return { final, expected: processes * cycles, mismatches: sum(results, 'mismatches'), left };
  });
}

/** Compiles a program beside its source's folder of work. */
function compile(folder, name) {
  const program = path.join(folder, name);
  execFileSync('cc', ['-O2', '-o', program, path.join(here, `${name}.c`)]);
  return program;
}

/**
 * With a program that replaces the file by rename at random. `silent` are those of its versions that are neither in place at
 * the end, nor were they replaced by a writer who says that it replaced them, nor by the program itself, nor recovered;
 * `lost` the same of the writers' versions. `twice` are versions that two writers say they have replaced.
 */
export function countAgainst({ how, processes, cycles, replacements, pauseMicroseconds }) {
  return inFolder('writers', async (directory, folder) => {
    const file = path.join(directory, 'counter');
    writeFileSync(file, '0\n');
    const log = path.join(folder, 'log');
    const program = compile(folder, 'foreign-writer');
    const args = [file, String(replacements), String(pauseMicroseconds), log];
    const results = await runWriters(directory, how, processes, cycles, () => start(program, args));
    const lines = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    const replaced = results.flatMap((result) => result.replaced);
    const accounted = new Set(replaced.map(([previous]) => previous));
    const twice = replaced.length - accounted.size;
    for (const [displaced] of lines) accounted.add(hashContent(`${displaced}\n`));
    const names = readdirSync(directory).filter((name) => name !== '.ploke-io' && !name.startsWith('counter.w'));
    for (const name of names) accounted.add(hashContent(readFileSync(path.join(directory, name))));
    const silent = lines.filter(([, placed]) => !accounted.has(hashContent(`${placed}\n`)));
    return {
      foreign: lines.length,
      written: replaced.length,
      silent: silent.length,
      lost: replaced.filter(([, hash]) => !accounted.has(hash)).length,
      twice,
      mismatches: sum(results, 'mismatches'),
      swapBacks: sum(results, 'swapBacks'),
      recovered: names.filter((name) => name.includes('ploke-io-recovered-')).length,
      left: names.filter((name) => name !== 'counter' && !name.includes('ploke-io-recovered-')),
    };
  });
}

/**
 * A version of somebody else comes exactly between the look and the exchange; with `twice` another one before the first is
 * put back.
 */
export function hookedSwaps(tracer, { attempts, twice }) {
  return inFolder('writers', async (directory, folder) => {
    const file = path.join(directory, 'counter');
    writeFileSync(file, 'foreign 0\n');
    // An attempt exchanges, and exchanges back; twice disturbed it has to do that once more.
    const when = twice ? '$((nth % 3)) != 0' : '$((nth % 2)) = 1';
    const replace = `if [ ${when} ]; then echo "foreign $nth" > ${folder}/next && mv ${folder}/next ${file}; fi`;
    const { code, stdout, stderr } = await trace({
      program: tracer.program,
      directory,
      script: path.join(here, 'hooked-child.mjs'),
      args: [directory, String(attempts)],
      orders: ['--pause', `exchange#*:${replace}`],
      report: path.join(folder, 'report'),
    });
    if (code !== 0) throw new Error(`the writer ended with ${code}: ${stderr}`);
    const names = readdirSync(directory).filter((name) => name !== '.ploke-io');
    const recovered = names.filter((name) => name.includes('ploke-io-recovered-'));
    const kept = new Set(recovered.map((name) => readFileSync(path.join(directory, name), 'utf8')));
    return {
      ...JSON.parse(stdout),
      recovered: kept.size,
      final: readFileSync(file, 'utf8').trim(),
      names: names.length,
    };
  });
}

/** One version of batches-child.mjs, which says how long it is, with its edits and updates. */
function isWhole(text) {
  const version = /^(?:start|\d+\.\d+ (?<fill>x*)y*\|(?<length>\d+))?(?: updated)*\n$/.exec(text);
  return version !== null && (version.groups.fill?.length ?? 0) === Number(version.groups.length ?? 0);
}

/** Calls of every kind over overlapping sets of files: all of them end, and every file is one version whole. */
export function mixedBatches({ processes, rounds }) {
  return inFolder('writers', async (directory) => {
    for (const [index, folder] of ['d0', 'd1', 'd2'].entries()) {
      mkdirSync(path.join(directory, folder));
      for (let file = index; file < 12; file += 3)
        writeFileSync(path.join(directory, folder, `file${file}`), 'start\n');
    }
    const children = Array.from({ length: processes }, (_, index) =>
      start(process.execPath, [path.join(here, 'batches-child.mjs'), directory, String(index), String(rounds)]),
    );
    const wrong = (await Promise.all(children.map(({ ended }) => ended))).flatMap((text) => JSON.parse(text).wrong);
    for (const folder of ['d0', 'd1', 'd2']) {
      for (const name of readdirSync(path.join(directory, folder))) {
        if (!/^file\d+$/.test(name)) wrong.push(`left behind: ${name}`);
        else {
          const text = readFileSync(path.join(directory, folder, name), 'utf8');
          if (!isWhole(text))
            wrong.push(`torn: ${name}: ${JSON.stringify(text.replaceAll(/x+/g, ({ length }) => `x*${length}`))}`);
        }
      }
    }
    if (existsSync(path.join(directory, '.ploke-io'))) wrong.push('the folder of the owners is still there');
    return wrong;
  });
}
