import { getEventListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import type { Workspace } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function readOnePieceAndForget(workspace: Workspace, file: string, signal: AbortSignal): Promise<void> {
  await workspace.createReadStream(file, { signal }).getReader().read();
}

test('a half-read stream that is forgotten gives back its permit and its signal, which lives on', async () => {
  const file = path.join(temporaryDirectory(), 'file');
  writeFileSync(file, Buffer.alloc(1_000_000));
  const workspace = await openWorkspace({ roots: [path.dirname(file)], maxOpenFiles: 4 });
  onTestFinished(() => workspace.close());
  const { signal } = new AbortController();
  workspace.createReadStream(file, { signal });
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  // The one permit of streams, again and again.
  for (let round = 0; round < 3; round++) {
    await readOnePieceAndForget(workspace, file, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    while (getEventListeners(signal, 'abort').length > 0) {
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});
