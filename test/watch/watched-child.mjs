// Runs watch-child.mjs, in a process of its own or under a command.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const library = path.join(here, '..', '..', 'dist', 'index.js');
const script = path.join(here, 'watch-child.mjs');

/** @param under a program and its arguments that runs the rest of its arguments; its standard input stays the child's */
export async function watchIn(options, under = []) {
  const [program, ...rest] = under;
  const child = fork(script, [JSON.stringify({ library, ...options })], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...(program ? { execPath: program, execArgv: [...rest, process.execPath] } : {}),
  });
  const failed = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the watching process ended with ${code ?? signal}`);
  });
  failed.catch(() => undefined);
  const answer = async () => (await Promise.race([once(child, 'message'), failed]))[0];
  await answer();
  return {
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    async ask(what) {
      const answered = answer();
      child.send({ ask: what });
      return answered;
    },
  };
}
