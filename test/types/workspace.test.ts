import { expectTypeOf, test } from 'vitest';
import * as library from '../../src/index.js';
import type {
  ContentHash,
  DryRun,
  EditResult,
  FileBytes,
  FileEntry,
  FileListing,
  FileText,
  MutationResult,
  PathInfo,
  PlokeIoError as PlokeIoErrorModel,
  Settled,
  Snippet,
  SnippetEdit,
  Workspace,
  WriteFileOptions,
  WriteResult,
} from '../../src/types.js';

// Nothing here is called: the compiler (npm run types) is what fails.
const never = (_body: (workspace: Workspace, path: string, hash: ContentHash) => unknown): void => undefined;

test('the class of errors is what the models say, and narrows', () => {
  expectTypeOf<library.PlokeIoError>().toExtend<PlokeIoErrorModel>();
  expectTypeOf<library.PlokeIoError['code']>().toExtend<string>();
  expectTypeOf<library.PlokeIoError['committed']>().toEqualTypeOf<boolean | 'unknown' | undefined>();
});

test('what is opened is a Workspace, and is disposable', () => {
  expectTypeOf(library.openWorkspace).returns.resolves.toEqualTypeOf<Workspace>();
  expectTypeOf<Workspace>().toExtend<AsyncDisposable>();
  expectTypeOf(library.hashContent).returns.toEqualTypeOf<ContentHash>();
  expectTypeOf(library.parseContentHash).parameter(0).toEqualTypeOf<string>();
});

test('options decide what a read resolves to', () => {
  never((workspace, path) => {
    expectTypeOf(workspace.readFile(path)).resolves.toEqualTypeOf<FileText>();
    expectTypeOf(workspace.readFile(path, { throwIfNoEntry: false })).resolves.toEqualTypeOf<FileText | undefined>();
    expectTypeOf(workspace.readFile(path, { encoding: 'buffer' })).resolves.toEqualTypeOf<FileBytes>();
    const bytesOrNothing = workspace.readFile(path, { encoding: 'buffer', throwIfNoEntry: false });
    expectTypeOf(bytesOrNothing).resolves.toEqualTypeOf<FileBytes | undefined>();
    expectTypeOf(workspace.stat(path)).resolves.toEqualTypeOf<PathInfo>();
    expectTypeOf(workspace.stat(path, { throwIfNoEntry: false })).resolves.toEqualTypeOf<PathInfo | undefined>();
    const hashed = workspace.listFiles({ hash: true });
    expectTypeOf(hashed).toEqualTypeOf<FileListing<FileEntry & { readonly hash: ContentHash }>>();
    expectTypeOf(workspace.listFiles()).toEqualTypeOf<FileListing<FileEntry>>();
    const snippets = workspace.readSnippets([{ path, start: 0, end: 1 }]);
    expectTypeOf(snippets).resolves.toEqualTypeOf<Settled<Snippet>[]>();
  });
});

test('mutations resolve to what they did', () => {
  never((workspace, path) => {
    expectTypeOf(workspace.writeFile(path, 'x')).resolves.toEqualTypeOf<WriteResult>();
    expectTypeOf(workspace.createFiles([])).resolves.toEqualTypeOf<Settled<WriteResult>[]>();
    expectTypeOf(workspace.updateFile(path, () => undefined)).resolves.toEqualTypeOf<WriteResult | undefined>();
    expectTypeOf(workspace.removeFile(path)).resolves.toEqualTypeOf<MutationResult>();
    expectTypeOf(workspace.rename(path, path)).resolves.toEqualTypeOf<MutationResult>();
    expectTypeOf(workspace.writeSnippets([])).resolves.toEqualTypeOf<Settled<EditResult>[]>();
  });
});

test('a result tells by a literal whether it was applied', () => {
  never(() => {
    const result = {} as EditResult;
    if (result.applied) expectTypeOf(result.previousHash).toEqualTypeOf<ContentHash | null>();
    else expectTypeOf(result).toEqualTypeOf<DryRun>();
    const settled = {} as Settled<WriteResult>;
    if (settled.status === 'rejected') expectTypeOf(settled.reason).toEqualTypeOf<PlokeIoErrorModel>();
  });
});

test('what makes no sense does not compile', () => {
  never((workspace, path, hash) => {
    // @ts-expect-error offsets need the hash that they were taken from
    const withoutHash: SnippetEdit = { path, start: 0, end: 1, replacement: '' };
    // @ts-expect-error a string is no hash until it was parsed
    const plain: WriteFileOptions = { expectedHash: 'sha256-' };
    const parsed: WriteFileOptions = { expectedHash: hash };
    const absent: WriteFileOptions = { expectedHash: null };
    const undefinedMember: WriteFileOptions = { expectedHash: undefined };
    // @ts-expect-error unknown options
    workspace.writeFile(path, 'x', { overwrite: true });
    // @ts-expect-error an update gives text
    workspace.updateFile(path, () => 7);
    // @ts-expect-error results are read-only
    workspace.roots.push(path);
    return [withoutHash, plain, parsed, absent, undefinedMember];
  });
});

test('exports nothing but what the contract names', () => {
  expectTypeOf<keyof typeof library>().toEqualTypeOf<
    | 'openWorkspace'
    | 'hashContent'
    | 'parseContentHash'
    | 'packKnownFiles'
    | 'packSnippetRequests'
    | 'splitPatch'
    | 'PlokeIoError'
    | 'errorCodes'
    | 'warningCodes'
  >();
});

test('the tables of codes have a row for each code of the contract', () => {
  expectTypeOf<keyof typeof library.errorCodes>().toEqualTypeOf<library.ErrorCode>();
  expectTypeOf<keyof typeof library.warningCodes>().toEqualTypeOf<library.WarningCode>();
});
