/**
 * The words in which confinement cases are written. A case is data: what is on disk, one call, and what may come of it
 * under each symlink policy. Paths are relative to an arena that starts with `ws/` (the root, unless the case names
 * others), `out/` and `out/secret`. In link targets, roots and raw arguments `@` stands for the arena's real path.
 */
export type Policy = 'deny-cross-root' | 'follow' | 'deny';
export const policies: readonly Policy[] = ['deny-cross-root', 'follow', 'deny'];

export type Backend = 'kernel' | 'walk';
export const backends: readonly Backend[] = ['kernel', 'walk'];

/** What kind of refusal an error is; error-class.ts says which codes belong to which. */
export type ErrorClass =
  | 'INVALID'
  | 'OUTSIDE'
  | 'ESCAPE'
  | 'CROSSROOT'
  | 'LINK'
  | 'NOTFOUND'
  | 'EXISTS'
  | 'NOTDIR'
  | 'ISDIR'
  | 'NOTEMPTY'
  | 'LOOP'
  | 'NAMETOOLONG'
  | 'NOTFILE'
  | 'PERM'
  | 'ROFS'
  | 'NOSPACE'
  | 'MFILE'
  | 'XDEV'
  | 'ROOTGONE'
  | 'HARDLINK'
  | 'BUSY'
  | 'CLOSED';

/** `ok` accepts any success, `ok=VALUE` only that content or listing. */
export type Outcome = 'ok' | `ok=${string}` | ErrorClass;
/** The first outcome is the recommended one, the others are safe too. Nothing else may pass. */
export type Expectation = readonly [Outcome, ...Outcome[]];
export type Expectations = Readonly<Record<Policy, Expectation>>;

export type Step =
  | { readonly file: string; readonly text: string; readonly mode?: number }
  | { readonly directory: string; readonly mode?: number }
  | { readonly link: string; readonly to: string }
  | { readonly link: string; readonly toBytes: string }
  | { readonly link: string; readonly dots: number; readonly to: string }
  | { readonly chain: string; readonly length: number; readonly to: string }
  | { readonly deep: string; readonly levels: number; readonly nameLength: number; readonly name: string }
  | { readonly namesIn: string; readonly bytes: string; readonly text: string }
  | { readonly hardLink: string; readonly to: string }
  | { readonly fifo: string }
  | { readonly socket: string }
  | { readonly device: string; readonly major: number; readonly minor: number }
  | { readonly heldHandle: string; readonly link: string }
  | { readonly bind: string; readonly from: string; readonly readOnly?: boolean }
  | { readonly tmpfs: string; readonly options: string }
  | { readonly noSymlinkFollow: string }
  | { readonly ownerOf: string; readonly user: number; readonly group: number }
  | { readonly attributeOf: string; readonly name: string; readonly value: string }
  | { readonly flagOf: string; readonly flag: 'immutable' | 'append-only' }
  | { readonly plantedBefore: string; readonly plantedAfter: string; readonly to: string }
  | { readonly move: string; readonly to: string }
  | { readonly removeAll: string };

/** What must hold afterwards; `under` limits it to some policies. */
export type Fact = { readonly under?: readonly Policy[] } & (
  | { readonly contentOf: string; readonly is: string }
  | { readonly absent: string }
  | { readonly directoryAt: string }
  | { readonly linkAt: string; readonly to: string }
  | { readonly namesIn: string; readonly are: readonly string[] }
  | { readonly modeOf: string; readonly is: number }
  | { readonly ownerOf: string; readonly user: number; readonly group: number }
  | { readonly attributeOf: string; readonly name: string; readonly value: string }
);

/**
 * A string is a path below the arena. `raw` is passed as it stands after `@` is replaced. `value` is made at run time.
 * `bytesIn` is a name that only bytes can spell: the string API takes it as a file URL with percent escapes.
 */
export type Argument =
  | string
  | { readonly raw: string }
  | { readonly value: (arena: string) => unknown }
  | { readonly bytesIn: string; readonly hex: string };

/** What a machine must offer for a case to mean anything. `unprivileged`: without the right to override file modes. */
export type Need = 'root' | 'mount' | 'attributes' | 'flags' | 'unprivileged';

export interface CaseOptions {
  readonly allowHardLinks?: boolean;
  readonly allowMounts?: boolean;
  readonly durability?: 'strict' | 'best-effort' | 'none';
}

export interface ConfinementCase {
  readonly id: string;
  readonly setup: readonly Step[];
  /** After the roots were opened and before the call. */
  readonly between?: readonly Step[];
  readonly roots?: readonly (string | { readonly raw: string })[];
  readonly operation: OperationName;
  readonly path: Argument;
  /** The other end of a rename, or the roots that setRoots is given. */
  readonly to?: Argument;
  readonly data?: string;
  readonly options?: CaseOptions;
  readonly expect: Expectations;
  readonly after?: readonly Fact[];
  readonly needs?: readonly Need[];
  /** ctime and link count below out/ may change: a hard link to it is made or removed. */
  readonly loose?: boolean;
  /** A refused call may leave something harmless behind, which the note explains. */
  readonly residue?: boolean;
  readonly note?: string;
}

export type OperationName =
  | 'readFile'
  | 'readFileBytes'
  | 'readFileOrUndefined'
  | 'readFiles'
  | 'readSnippets'
  | 'createReadStream'
  | 'scanChanges'
  | 'listFiles'
  | 'listFilesHashed'
  | 'writeFile'
  | 'writeExisting'
  | 'writeFiles'
  | 'writeSnippets'
  | 'previewSnippets'
  | 'updateFile'
  | 'createFile'
  | 'createFileAlone'
  | 'createFileReplacing'
  | 'createFileKeeping'
  | 'createFiles'
  | 'removeFile'
  | 'rename'
  | 'renameNew'
  | 'stat'
  | 'statLink'
  | 'listDirectory'
  | 'listDirectoryTypes'
  | 'createDirectory'
  | 'createDirectoryAlone'
  | 'removeDirectory'
  | 'removeTree'
  | 'capabilities'
  | 'readAfterClose'
  | 'readAfterSetRoots'
  | 'readWithoutDescriptors';
