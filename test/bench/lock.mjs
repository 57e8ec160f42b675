// npm run bench -- lock: locks against peers and a C program that makes the same system calls.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { columns, measureChange, onStage } from './change-stage.mjs';
import { atLeast, atMost, ratioAtLeast, tableOf } from './figures.mjs';
import { unloadable } from './peers.mjs';
import { compile, here, runText } from './processes.mjs';
import { interleave } from './rounds.mjs';

const own = 'ploke-io';
const limit = 'C, the same system calls';
const properLockfile = 'proper-lockfile';
const calls = 'openat2 (beneath), openat, fstat, flock, fstatat, flock, close, close';

/** Processes that all want the same lock: how many locks each had, and whether two had it at once. */
async function compete(directory, processes, seconds) {
  const script = path.join(here, 'change-contender.mjs');
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, [script, 'lock: competitor', directory], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const outputs = children.map((child) => {
    const output = { text: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output.text += text;
    });
    return output;
  });
  for (const [index, child] of children.entries())
    while (!outputs[index].text.includes('ready')) await once(child.stdout, 'data');
  for (const child of children) child.stdin.write('go\n');
  await setTimeout(seconds * 1000);
  for (const child of children) child.stdin.write('end\n');
  await Promise.all(children.map((child) => once(child, 'close')));
  const counts = outputs.map(({ text }) => JSON.parse(text.trim().split('\n').at(-1)).count);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const isExact = Number(readFileSync(path.join(directory, 'number'), 'utf8')) === total;
  return { total, isExact, share: Math.min(...counts) / Math.max(...counts) };
}

async function contendersOn(directory, notes) {
  const program = path.join(directory, 'lock-loop');
  compile('lock-loop.c', program);
  const inC = () => ({ microseconds: Number(runText(program, [directory, 'sub/.', 'file', 200_000])) });
  const inNode = (name) => () => measureChange(`lock: ${name}`, directory);
  const contenders = [
    { name: limit, calls, measure: inC },
    { name: own, calls, measure: inNode(own) },
    { name: properLockfile, calls: 'realpath, mkdir, stat, utimes, rmdir', measure: inNode(properLockfile) },
  ];
  const reason = await unloadable('fs-native-extensions');
  if (reason) notes.push(`fs-native-extensions is left out: ${reason}`);
  else {
    contenders.push(
      {
        name: 'fs-native-extensions',
        calls: 'openat, fcntl (lock), fcntl (unlock), close',
        note: 'the file is opened each time, as by the others; whether its name still leads to it is not looked at',
        measure: inNode('fs-native-extensions'),
      },
      {
        name: 'fs-native-extensions, file kept open',
        calls: 'fcntl (lock), fcntl (unlock)',
        measure: inNode('fs-native-extensions, file kept open'),
      },
    );
  }
  return contenders;
}

export function benchLocks({ rounds, directory: parent, seconds = 3 }) {
  return onStage(parent, async (directory) => {
    const notes = [];
    const contenders = await contendersOn(directory, notes);
    const runs = await interleave(rounds, contenders);
    const title = 'lock and release, uncontended';
    const pairs = tableOf({ title, columns, contenders, runs, compare: { column: 'microseconds', row: own } });

    const { total, isExact, share } = await compete(directory, 8, seconds);
    notes.push(
      `8 processes that want the lock of one file, ${seconds} s: ${total} locks, ${isExact ? 'never two at once' : 'TWO AT ONCE'}`,
    );
    const takeovers = measureChange('lock: takeover', directory);
    const takeover = tableOf({
      title: 'from kill -9 of the holder to the lock',
      columns: [{ key: 'elapsedMs', title: 'ms', digits: 1 }],
      contenders: [{ name: own }],
      runs: new Map([[own, takeovers.milliseconds.map((elapsedMs) => ({ elapsedMs }))]]),
    });
    return {
      part: 'lock',
      title: 'locks',
      settings: { rounds },
      notes,
      tables: [pairs, takeover],
      goals: [
        ratioAtLeast(pairs, [properLockfile, own], 40),
        ratioAtLeast(pairs, [limit, own], 0.75),
        atMost('times that two of 8 processes held the lock at once', isExact ? 0 : 1, 0),
        atLeast('8 processes: smallest share / largest share', share, 0.4),
        atMost('takeover after kill -9, median, ms', takeover.rows[0].values.elapsedMs.median, 50),
      ],
    };
  });
}
