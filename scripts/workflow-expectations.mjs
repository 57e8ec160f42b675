// @ts-check
// What scripts/check-workflows.mjs holds the workflows against, in one place.

/** Which job may have which permission to write; every other may read at most. */
export const mayWrite = {
  'release.yml': { publish: ['id-token'], 'github-release': ['contents'] },
};

/** The job that publishes, and the job whose matrix runs each prebuild on its own platform. */
export const publishing = { file: 'release.yml', job: 'publish' };
export const prebuildTargets = { file: 'prebuild.yml', job: 'target' };

/** Owners whose actions may be used. */
export const trustedOwners = ['actions'];

/** Scripts of package.json that workflows may name before they are there. */
export const scriptsToCome = ['prebuild', 'check:prebuilds', 'test:platform-suite', 'sbom'];

/** What `npm run prebuild -- all` makes. */
export const prebuilds = [
  'linux-x64-glibc',
  'linux-x64-musl',
  'linux-arm64-glibc',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64',
  'win32-arm64',
];
