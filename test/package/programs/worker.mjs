// The addon in a worker thread while the main thread has it too.
import { once } from 'node:events';
import { isMainThread, Worker } from 'node:worker_threads';
import * as library from 'ploke-io';
import { smoke } from './smoke.mjs';

const worker = isMainThread ? new Worker(new URL(import.meta.url)) : undefined;
await smoke(library);
if (worker) {
  const [code] = await once(worker, 'exit');
  if (code !== 0) throw new Error(`the worker ended with ${code}`);
}
