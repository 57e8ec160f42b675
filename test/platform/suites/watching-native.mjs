// @ts-check
import { watchingTests } from '../support/watching-tests.mjs';

// Only Linux has a reader of its own; elsewhere chokidar is the first choice.
if (process.platform === 'linux') watchingTests('native');
