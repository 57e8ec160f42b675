import * as library from '../../src/index.js';
import type { Workspace, WorkspaceOptions } from '../../src/types.js';
import { modeUnderTest, search } from './observed.js';
import { observedWorkspace } from './observed-workspace.js';

/*
 * Stands in for src/index.js in the tests: every workspace redacts, and whatever it gives out is searched.
 */

export * from '../../src/index.js';

export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  // Tests of redaction say themselves what they want.
  if (Object(options).redactPaths !== undefined) return library.openWorkspace(options);
  try {
    return observedWorkspace(await library.openWorkspace(withRedaction(options)));
  } catch (error) {
    search('openWorkspace', error);
    throw error;
  }
}

/** Of anything that may be passed as options, which stays as it is but for the one member. */
function withRedaction(options: WorkspaceOptions): WorkspaceOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return options;
  const isPlain = Object.getPrototypeOf(options) === Object.prototype;
  const redactPaths = { value: modeUnderTest, enumerable: true };
  return isPlain ? { ...options, redactPaths: modeUnderTest } : Object.create(options, { redactPaths });
}
