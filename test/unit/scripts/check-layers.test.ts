import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const script = fileURLToPath(new URL('../../../scripts/check-layers.mjs', import.meta.url));

/** Runs the check over a tree with these files and gives its exit code and the lines that it printed. */
async function check(files: Readonly<Record<string, string>>): Promise<{ code: number; lines: string[] }> {
  const root = await mkdtemp(join(tmpdir(), 'ploke-io-layers-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  const toLines = (output: string) => output.split('\n').filter((line) => line !== '');
  return promisify(execFile)(process.execPath, [script, root]).then(
    ({ stdout }) => ({ code: 0, lines: toLines(stdout) }),
    (error: { code: number; stdout: string }) => ({ code: error.code, lines: toLines(error.stdout) }),
  );
}

test('accepts imports that point down', async () => {
  const result = await check({
    'src/types.ts': 'export type Path = string;',
    'src/native/load.ts': "import type { Path } from '../types.js';\nexport const load = (path: Path) => path;",
    'src/io/read.ts': "import { createHash } from 'node:crypto';\nexport { load } from '../native/load.js';",
    'src/operation/read-file.ts': "export { load } from '../io/read.js';",
    'src/api/workspace.ts': "export { load } from '../operation/read-file.js';",
    'src/index.ts': "export { load } from './api/workspace.js';\nexport type * from './types.js';",
    'src/cli/main.ts': "import { load } from '../index.js';\nload('a');",
    'native/binding.cc': '#include <napi.h>\n',
    'native/environment.h': '#include <napi.h>\n',
    'native/linux_attributes.cc': '#ifdef __GLIBC__\n#endif\n',
  });
  expect(result).toEqual({ code: 0, lines: [] });
});

test('refuses every form of import that points up', async () => {
  const { code, lines } = await check({
    'src/operation/a.ts': '',
    'src/io/b.ts': `import { a } from '../operation/a.js';
import type { A } from '../operation/a.js';
export * from '../operation/a.js';
const later = () => import('../operation/a.js');
type B = import('../operation/a.js').A;`,
  });
  expect(code).toBe(1);
  expect(lines).toEqual(
    [1, 2, 3, 4, 5].map((line) => `src/io/b.ts:${line} io may not import operation (../operation/a.js)`),
  );
});

test('an optional peer is imported by its own layer only, which knows nothing of telemetry but names', async () => {
  const { code, lines } = await check({
    'src/telemetry/channel-names.ts': '',
    'src/telemetry/channels.ts': "import '@opentelemetry/api';",
    'src/opentelemetry/index.ts': `import '@opentelemetry/api';
import '../telemetry/channel-names.js';
import '../telemetry/channels.js';
import '../operation/a.js';`,
    'src/operation/a.ts': '',
  });
  expect(code).toBe(1);
  expect(lines).toEqual([
    'src/opentelemetry/index.ts:3 of telemetry, opentelemetry may import the names of the channels only (../telemetry/channels.js)',
    'src/opentelemetry/index.ts:4 opentelemetry may not import operation (../operation/a.js)',
    'src/telemetry/channels.ts:1 an optional peer, which src/opentelemetry alone may import: @opentelemetry/api',
  ]);
});

test('refuses what the layers do not allow', async () => {
  const { code, lines } = await check({
    'src/cli/a.ts': "import '../api/workspace.js';",
    'src/errors/a.ts': "import '../native/load.js';",
    'src/io/a.ts': "import '../../test/a.js';",
    'src/operation/a.ts': "import '../events/broadcast.js';",
    'src/types.ts': "import type { Readable } from 'node:stream';",
    'src/utils/a.ts': '',
  });
  expect(code).toBe(1);
  expect(lines).toEqual([
    'src/cli/a.ts:1 cli may not import api (../api/workspace.js)',
    'src/errors/a.ts:1 errors may not import native (../native/load.js)',
    'src/io/a.ts:1 ../../test/a.js is outside src/',
    'src/operation/a.ts:1 operation may not import events (../events/broadcast.js)',
    'src/types.ts:1 types.ts imports nothing, but imports node:stream',
    expect.stringMatching(/^src\/utils\/a\.ts:1 src\/utils is no layer/),
  ]);
});

test('refuses an import cycle within a layer', async () => {
  const { code, lines } = await check({
    'src/io/a.ts': "import './b.js';",
    'src/io/b.ts': "import './c.js';",
    'src/io/c.ts': "import './a.js';",
  });
  expect(code).toBe(1);
  expect(lines).toEqual(['src/io/c.ts:1 import cycle: src/io/a.ts → src/io/b.ts → src/io/c.ts → src/io/a.ts']);
});

test('keeps Node-API and platform macros in their files', async () => {
  const { code, lines } = await check({
    'native/resolve.cc': '#include "environment.h"\n#include <napi.h>\n#if defined(__linux__)\n#endif\n',
    'native/resolve.h': '#ifndef PLOKE_IO_RESOLVE_H\n#endif  // unix\n',
  });
  expect(code).toBe(1);
  expect(lines).toEqual([
    'native/resolve.cc:1 only the binding may know Node-API, but this includes environment.h',
    'native/resolve.cc:2 only the binding may know Node-API, but this includes napi.h',
    "native/resolve.cc:3 __linux__ is tested outside platform.h and the platform's own files",
  ]);
});
