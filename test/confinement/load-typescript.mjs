// Loads a TypeScript module in a plain Node process, as the test runner would. Processes that must not share anything
// with the runner (another resolution backend, dropped privileges, a call that may hang or crash) start here.
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, createServerModuleRunner } from 'vite';

const project = join(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Imports a module and gives it to `use`; what that imports later on is loaded in the same way until it is done.
 * @template T
 * @param {string} path of the module, absolute
 * @param {(module: any) => Promise<T>} use
 */
export async function withTypeScript(path, use) {
  const server = await createServer({
    root: project,
    configFile: false,
    envFile: false,
    // Vite writes nothing there as long as nothing is optimised.
    cacheDir: join(tmpdir(), 'ploke-io-load-nothing'),
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    // Node 20 has no explicit resource management of its own.
    esbuild: { target: 'node20' },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    const runner = createServerModuleRunner(server.environments.ssr, { hmr: false });
    return await use(await runner.import(path));
  } finally {
    await server.close();
  }
}
