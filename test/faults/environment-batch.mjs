// Runs the batch of environment-directories-child.mjs, and a shell command while one of its calls waits to be executed.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { trace } from '../support/tracer.mjs';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'environment-directories-child.mjs');

/** @param call for the tracer, for example 'exchange#1' */
export async function disturbedBatch({ tracer, root, call, command }) {
  const { code, stdout, stderr } = await trace({
    program: tracer.program,
    directory: root,
    script,
    args: ['batch', root],
    orders: ['--pause', `${call}:${command}`],
    report: path.join(path.dirname(root), 'report'),
  });
  if (code !== 0 || stderr !== '') throw new Error(`the batch ended with ${code}: ${stderr}`);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1));
}
