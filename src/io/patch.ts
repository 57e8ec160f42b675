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
  const kind = isCreation ? 'create' : isRemoval ? 'remove' : 'modify';
  const read = file.hunks.map(readHunk);
  // A new file's mark is part of what it is given; an existing file keeps what it has.
  const hunks = kind === 'create' ? read : read.map(withoutMark);
  checkOrder(hunks);
  if (kind === 'create' && hunks.length > 1) {
    throw new PatchSyntaxError('The diff makes a file, so it must be one hunk, but it has several');
  }
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

/** The files of a diff that change something, git's headers understood; none of an empty one. */
export function parseFiles(diff: string): StructuredPatch[] {
  if (!diff.isWellFormed()) throw new PatchSyntaxError('The diff has lone surrogates, so it is no text');
  if (diff.includes('\0')) throw new PatchSyntaxError('The diff has NUL characters, so it is not of a text');
  if (/^GIT binary patch\r?$/m.test(diff)) throw new PatchSyntaxError('The diff is of a binary file');
  let files: StructuredPatch[];
  try {
    files = parsePatch(diff);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new PatchSyntaxError(`The diff cannot be read: ${what}`, { cause });
  }
  checkHeaders(
    diff,
    files.flatMap(({ hunks }) => hunks),
  );
  const changed = files.filter(({ hunks, isGit }) => hunks.length > 0 || isGit === true);
  if (changed.length === 0 && diff.trim() !== '') {
    throw new PatchSyntaxError('The diff has neither a file header nor a hunk');
  }
  return changed;
}

/**
 * The parser forgives a count of one that should be zero, and takes numbers that are none for NaN. Within hunks no line
 * begins with `@@`, so that the headers of a diff are those lines.
 */
function checkHeaders(diff: string, hunks: StructuredPatch['hunks']): void {
  const headers = diff.split('\n').filter((line) => /^@@\s/.test(line));
  for (const [index, header] of headers.entries()) {
    const told = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(header);
    const hunk = hunks[index];
    if (!told || !hunk) throw new PatchSyntaxError(`The hunk header ${JSON.stringify(header)} cannot be read`);
    const [, oldStart, oldLines = '1', newStart, newLines = '1'] = told;
    if (hunk.oldLines !== Number(oldLines) || hunk.newLines !== Number(newLines)) {
      throw new PatchSyntaxError(`The line counts of ${told[0]} contradict its lines`);
    }
    const isNumbered = (start: string | undefined, lines: string): boolean => Number(start) > 0 || Number(lines) === 0;
    if (!isNumbered(oldStart, oldLines) || !isNumbered(newStart, newLines)) {
      throw new PatchSyntaxError(`Lines are counted from 1, but not in ${told[0]}`);
    }
  }
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
  // Where a side has no lines, the parser has added one to the line number, which is that of the line before.
  const told = { old: oldLines === 0 ? oldStart - 1 : oldStart, new: newLines === 0 ? newStart - 1 : newStart };
  const header = `@@ -${told.old},${oldLines} +${told.new},${newLines} @@`;
  if (!Number.isSafeInteger(oldStart + oldLines) || !Number.isSafeInteger(newStart + newLines)) {
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
  return { index, header, start: oldStart - 1, lines: read, old };
}

const byteOrderMark = '\ufeff';

/** A byte order mark is the file's, not that of its first line, and stays whatever the diff says. */
function withoutMark(hunk: PatchHunk): PatchHunk {
  if (hunk.start > 0) return hunk;
  const firstOld = hunk.lines.findIndex(({ kind }) => kind !== 'added');
  const firstNew = hunk.lines.findIndex(({ kind }) => kind !== 'removed');
  const lines = hunk.lines.map((line, index) => {
    const isMarked = (index === firstOld || index === firstNew) && line.text.startsWith(byteOrderMark);
    return isMarked ? { ...line, text: line.text.slice(byteOrderMark.length) } : line;
  });
  return { ...hunk, lines, old: lines.filter(({ kind }) => kind !== 'added') };
}

function checkOrder(hunks: readonly PatchHunk[]): void {
  let end = 0;
  for (const { start, old, header } of hunks) {
    if (start < end) throw new PatchSyntaxError(`The hunks overlap or are out of order: see ${header}`);
    end = start + old.length;
  }
}
