/** What was seen, before anybody judges it: the input of the files judge-*.ts, which are pure. */

/** Of something that was tried: `ok`, the code of the failure, or null where it could not be tried. */
export type Outcome = string | null;

export interface DirectoryObservation {
  /** Making a file. */
  readonly made: Outcome;
  readonly fileSync: Outcome;
  readonly directorySync: Outcome;
  /** Renaming a file over one that is open; `torn`: a name or an open file then showed the wrong content. */
  readonly replace: Outcome;
  /** Making a file without a name. */
  readonly nameless: Outcome;
  readonly locks: LockObservation;
  /** Times of modification, in nanoseconds, after each of many quick writes. */
  readonly stampsNs: readonly bigint[];
  /** Whether a name in another Unicode normalisation leads to the same file; null: not tried. */
  readonly ignoresNormalization: boolean | null;
  readonly watch: WatchObservation;
}

export interface LockObservation {
  /** flock by one descriptor. */
  readonly first: Outcome;
  /** By a second one meanwhile: EWOULDBLOCK, as it should be. */
  readonly second: Outcome;
  /** By the second one afterwards. */
  readonly after: Outcome;
  /** A record lock by the second one while the first has its flock: EWOULDBLOCK where the two exclude each other. */
  readonly record: Outcome;
}

export interface WatchObservation {
  /** Of the file that was written; null: no file was written, or nothing could be watched. */
  readonly delivered: boolean | null;
  /** Why nothing could be watched. */
  readonly failure: string | null;
}

/** What the mount, and the table of known file systems, say. */
export interface FileSystemObservation {
  /** undefined where no mount was found. */
  readonly mount?: { readonly type: string; readonly source: string; readonly isReadOnly: boolean } | undefined;
  /** In memory. */
  readonly isVolatile: boolean;
  readonly space: SpaceObservation | null;
}

export interface SpaceObservation {
  /** For this user. */
  readonly availableBytes: number;
  readonly totalBytes: number;
  readonly freeInodes: number;
  /** 0: the file system has no fixed number of them. */
  readonly totalInodes: number;
}

/** Of this user, as far as /proc shows it; null: no such limit, or it cannot be read. */
export interface InotifyObservation {
  readonly maxWatches: number | null;
  readonly maxInstances: number | null;
  readonly usedWatches: number;
  readonly usedInstances: number;
}

/** null: none, or unknown. */
export interface DescriptorObservation {
  readonly soft: number | null;
  readonly hard: number | null;
  readonly open: number | null;
}
