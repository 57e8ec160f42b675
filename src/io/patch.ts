import { parsePatch, type StructuredPatch } from 'diff';

/** A line of a hunk, without its mark and its line end. */
export interface PatchLine {
  readonly kind: 'context' | 'removed' | 'added';
  readonly text: string;
  /** Whether it ends in CR LF in the diff. */
  readonly hasReturn: boolean;
  /** Whether the diff says that the file ends here, without a line end. */
  readonly isUnended: boolean;
}

export interface PatchHunk {
  /** Within its diff. */
  readonly index: number;
  readonly header: string;
  /** Lines of the old version before it: 0-based, where the hunk begins. */
  readonly start: number;
  readonly lines: readonly PatchLine[];
  /** Context and removed lines: what the old version has at its place. */
  readonly old: readonly PatchLine[];
}

/** What a diff does to its file. */
export interface FilePatch {
  readonly kind: 'modify' | 'create' | 'remove';
  readonly hunks: readonly PatchHunk[];
  /** Permission bits of a file that is made, where the diff tells them. */
  readonly mode: number | undefined;
}

/** The diff is none, or none that can be applied. The message is a sentence without its full stop. */
export class PatchSyntaxError extends Error {}

const nothing = '/dev/null';
const unendedMark = '\\';

/**
 * Reads a unified diff of one file.
 *
 * @throws PatchSyntaxError
 */
export function readPatch(diff: string): FilePatch {
  const [file, ...more] = parseFiles(diff);
  if (!file) throw new PatchSyntaxError('The diff has neither a file header nor a hunk');
  if (more.length > 0) {
    throw new PatchSyntaxError(`The diff is of ${more.length + 1} files. Divide it with splitPatch()`);
  }
  refuseGitOnly(file);
  const isCreation = file.oldFileName === nothing || file.isCreate === true;
  const isRemoval = file.newFileName === nothing || file.isDelete === true;
  if (isCreation && isRemoval) throw new PatchSyntaxError('The diff is of no file: both its names are /dev/null');
  const hunks = file.hunks.map(readHunk);
  checkOrder(hunks);
  const kind = isCreation ? 'create' : isRemoval ? 'remove' : 'modify';
  const wrong = { create: 'added', remove: 'removed', modify: undefined }[kind];
  for (const { lines, header } of hunks) {
    if (wrong !== undefined && lines.some((line) => line.kind !== wrong)) {
      const what = kind === 'create' ? 'makes a file' : 'removes the file';
      throw new PatchSyntaxError(`The diff ${what}, so all its lines must be ${wrong}, but those of ${header} are not`);
    }
  }
  if (kind === 'modify' && hunks.length === 0) throw new PatchSyntaxError('The diff has no hunk');
  return { kind, hunks, mode: modeOf(file.newMode) };
}

/** The files of a diff that change something, git's headers understood. */
export function parseFiles(diff: string): StructuredPatch[] {
  if (!diff.isWellFormed()) throw new PatchSyntaxError('The diff has lone surrogates, so it is no text');
  if (/^GIT binary patch$/m.test(diff)) throw new PatchSyntaxError('The diff is of a binary file');
  let files: StructuredPatch[];
  try {
    files = parsePatch(diff);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new PatchSyntaxError(`The diff cannot be read: ${what}`, { cause });
  }
  return files.filter(({ hunks, isGit, isRename, isCopy }) => hunks.length > 0 || isGit || isRename || isCopy);
}

function refuseGitOnly({ isRename, isCopy, isBinary, oldMode, newMode, isCreate, isDelete }: StructuredPatch): void {
  if (isRename)
    throw new PatchSyntaxError('The diff renames a file. Call rename(), and apply its hunks to the new path');
  if (isCopy) throw new PatchSyntaxError('The diff copies a file. Create the copy, and apply its hunks to that');
  if (isBinary) throw new PatchSyntaxError('The diff is of a binary file');
  const modes = [oldMode, newMode].filter((mode) => mode !== undefined);
  if (modes.some((mode) => !/^100(?:644|755|664|775|600|700)$/.test(mode))) {
    throw new PatchSyntaxError('The diff is of a link or a submodule, not of a regular file');
  }
  if (!isCreate && !isDelete && oldMode !== newMode) {
    throw new PatchSyntaxError('The diff changes the mode of a file, which is no change of its text');
  }
}

function modeOf(mode: string | undefined): number | undefined {
  return mode?.endsWith('755') ? 0o755 : undefined;
}

function readHunk({ oldStart, oldLines, newStart, newLines, lines }: StructuredPatch['hunks'][number], index: number) {
  const header = `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
  if (!Number.isSafeInteger(oldStart) || !Number.isSafeInteger(newStart)) {
    throw new PatchSyntaxError(`The line numbers of ${header} are too large`);
  }
  const read: PatchLine[] = [];
  for (const line of lines) {
    const mark = line[0];
    if (mark === unendedMark) {
      const last = read.pop();
      if (last) read.push({ ...last, isUnended: true });
      continue;
    }
    const kind = mark === '-' ? 'removed' : mark === '+' ? 'added' : 'context';
    const hasReturn = line.endsWith('\r');
    read.push({ kind, text: line.slice(1, hasReturn ? -1 : undefined), hasReturn, isUnended: false });
  }
  const old = read.filter(({ kind }) => kind !== 'added');
  // Where nothing is old, the number is that of the line before: of an empty file, 0 (the parser adds one).
  const start = Math.max(0, oldStart - 1);
  return { index, header, start, lines: read, old };
}

function checkOrder(hunks: readonly PatchHunk[]): void {
  let end = 0;
  for (const { start, old, header } of hunks) {
    if (start < end) throw new PatchSyntaxError(`The hunks overlap or are out of order: see ${header}`);
    end = start + old.length;
  }
}
