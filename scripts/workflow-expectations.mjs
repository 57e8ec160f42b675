// @ts-check
// What scripts/check-workflows.mjs holds the workflows against, in one place.
import { targets } from './prebuild/targets.mjs';

/** Which job may have which permission to write; every other may read at most. */
export const mayWrite = {
  'release.yml': { publish: ['id-token'], 'github-release': ['contents'] },
};

/** The job that publishes, and the job whose matrix runs each prebuild on its own platform. */
export const publishing = { file: 'release.yml', job: 'publish' };
export const prebuildTargets = { file: 'prebuild.yml', job: 'target' };

/** Owners whose actions may be used. */
export const trustedOwners = ['actions'];

/** What `npm run prebuild -- all` makes. */
export const prebuilds = targets.map(({ name }) => name);
