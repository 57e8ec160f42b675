import { fileURLToPath } from 'node:url';
import { mergeConfig, type Plugin } from 'vitest/config';
import suite from '../../vitest.config.js';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Gives tests the module of this folder where they ask for src/index.js. */
const standIn: Plugin = {
  name: 'redaction',
  enforce: 'pre',
  resolveId(source, importer) {
    if (!source.endsWith('/src/index.js') || importer === undefined || importer.startsWith(folder)) return undefined;
    return `${folder}index.ts`;
  },
};

const config = mergeConfig(suite, {
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [standIn],
  test: { setupFiles: ['test/redaction/setup.ts'], testTimeout: 20_000 },
});
config.test.reporters = ['./test/redaction/reporter.ts'];
// Those that open workspaces by the public module, in this process.
config.test.include = [
  'test/confinement/names.test.ts',
  ...['faults', 'integration', 'property', 'unit/events', 'unit/native', 'unit/operation', 'watch'].map(
    (folder) => `test/${folder}/**/*.test.ts`,
  ),
];
// A diagnosis is of a workspace of its own, without the option: it is about the path that it was asked about.
config.test.exclude = [...(config.test.exclude ?? []), 'test/**/doctor*.test.ts'];

export default config;
