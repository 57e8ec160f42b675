// A module of this kind may require one of the other since TypeScript 5.8 (`module: nodenext`).
import plokeIo = require('ploke-io');

export const workspace: Promise<plokeIo.Workspace> = plokeIo.openWorkspace({ roots: ['/x'] });
