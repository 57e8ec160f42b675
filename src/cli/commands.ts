import type { Command } from './command.js';
import { demoCommand } from './demo.js';
import { doctorCommand } from './doctor.js';
import { hashCommand } from './hash.js';
import { lockCommand } from './lock.js';
import { patchCommand } from './patch.js';
import { readCommand } from './read.js';
import { scanCommand } from './scan.js';
import { watchCommand } from './watch.js';
import { writeCommand } from './write.js';

/** In the order in which the overview lists them. */
export const commands: readonly Command[] = [
  demoCommand,
  doctorCommand,
  hashCommand,
  readCommand,
  scanCommand,
  watchCommand,
  writeCommand,
  patchCommand,
  lockCommand,
];
