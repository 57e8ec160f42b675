// A process that races against the swapper with one library and reports each contest to the process that started it.
// Arguments: the request as JSON, and which library: a module's path, or "naive".
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { withTypeScript } from '../load-typescript.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const [request = '{}', name = 'naive'] = process.argv.slice(2);

function tell(message) {
  return new Promise((resolve, reject) => {
    process.send(message, (error) => (error === null ? resolve() : reject(error)));
  });
}

function useLibrary(use) {
  if (name === 'naive') {
    return withTypeScript(join(here, '../naive-library.ts'), ({ naiveLibrary }) => use(naiveLibrary('realpath')));
  }
  return name.endsWith('.ts') ? withTypeScript(name, use) : import(pathToFileURL(name).href).then(use);
}

await useLibrary((library) =>
  withTypeScript(join(here, 'race-jobs.ts'), ({ runRaces }) => runRaces(library, JSON.parse(request), tell)),
);
// A call that hung keeps a thread; what was to be said has been said.
process.exit(0);
