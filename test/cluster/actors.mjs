import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mountPoint } from './volume.mjs';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'actor.mjs');

/** Starts actor.mjs on a host, and gives what makes it call: a promise for each call's result. */
export async function startActor(host) {
  const [program, ...args] = host.command;
  const child = spawn(program, [...args, process.execPath, script, mountPoint], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = new Map();
  let lastId = 0;
  const started = new Promise((resolve, reject) => waiting.set(lastId, { resolve, reject }));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line);
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(Object.assign(new Error(`host ${host.name}: ${error.message}`), error));
    else resolve(result);
  });
  child.once('close', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the actor of host ${host.name} ended with ${code}`));
  });
  await started;
  const call = (name, ...args) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      child.stdin.write(`${JSON.stringify({ id: lastId, call: name, args })}\n`);
    });
  return { host, call, end: () => child.stdin.end() };
}
