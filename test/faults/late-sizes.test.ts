import { expect, test } from 'vitest';
import { conditions } from '../support/conditions.js';
import { runMounted } from '../support/file-systems.js';

interface Report {
  readonly bytes: number;
  readonly streamed: number;
  readonly read: number;
}

// As a GlusterFS client has it right after another host has written a file.
test.runIf(conditions.fuse)('a file that the cache believes to be empty is read whole, also as a stream', async () => {
  const lateSizes = { type: 'fuse.glusterfs', lateSizes: true };
  const { bytes, streamed, read } = await runMounted<Report>(lateSizes, 'test/faults/late-sizes-child.mjs');
  expect({ streamed, read }).toEqual({ streamed: bytes, read: bytes });
});
