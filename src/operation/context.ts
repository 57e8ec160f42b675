import type { ContentCache } from '../cache/content-cache.js';
import type { AdvisoryLocks } from '../concurrency/advisory-lock.js';
import type { Gate } from '../concurrency/gate.js';
import type { PathQueue } from '../concurrency/path-queue.js';
import type { PlokeIoError } from '../errors/ploke-io-error.js';
import type { Redactor } from '../errors/redactor.js';
import type { Devices } from '../io/devices.js';
import type { Owners } from '../io/owners.js';
import type { StaleFiles } from '../io/stale-files.js';
import type { Sweeps } from '../io/sweep.js';
import type { NativeAddon } from '../native/addon.js';
import type { RootLease } from '../policy/root-lease.js';
import type { MetricsRegistry } from '../telemetry/metrics.js';
import type { ContentHash, Durability, EntryType, Limits, MutationResult, Warning } from '../types.js';
import type { FileLocks } from './file-lock.js';

/** The options of a workspace with every default filled in; what setRoots may change lies on the lease. */
export interface NormalizedWorkspaceOptions {
  readonly allowHardLinks: boolean;
  readonly allowMounts: boolean;
  readonly ignore: readonly string[];
  readonly durability: Durability;
  readonly locking: 'advisory' | 'process';
  readonly lockTimeoutMs: number;
  readonly inPlace: 'never' | 'when-required';
  readonly maxFileBytes: number;
  readonly readWhileWrite: 'ordered' | 'relaxed';
  readonly metadata: 'preserve' | 'default';
  readonly slowOperationMs: number;
  readonly origin: string;
  readonly shareOrigin: boolean;
}

/** A change that is in place, told once, after it was committed. Watchers and caches live on these. */
export interface CommittedChange {
  readonly operation: string;
  readonly outcome: Exclude<MutationResult['outcome'], 'unchanged'>;
  /** Spelt with the configured root; of a rename, the new name. */
  readonly path: string;
  /** Of a rename: the old name. */
  readonly from?: string;
  readonly origin: string;
  /** null: nothing is there any more, or it is not a file. */
  readonly hash: ContentHash | null;
  readonly entryType: EntryType;
  /** Of what is there now; `''` where it is not known, or nothing is there. */
  readonly stamp: string;
  /** Of what was there; `''`: nothing. undefined: it is not known. */
  readonly replacedStamp: string | undefined;
  /** `Identity.key` of the path, and of `from`; undefined where it could not be told, or nobody asks. */
  readonly key: string | undefined;
  readonly fromKey?: string | undefined;
}

/** What an operation has to work with. One a workspace. */
export interface OperationContext {
  readonly addon: NativeAddon;
  readonly options: NormalizedWorkspaceOptions;
  readonly limits: Limits;
  /** Permits for descriptors; a permit is held only while native work runs, never while waiting for something else. */
  readonly gate: Gate;
  /**
   * Permits for calls that read. Far fewer than there are for descriptors, and enough to keep the threads at work: what is
   * made for a call (its plan, its native request) is made when it has one, so that a hundred thousand calls that wait
   * hold little.
   */
  readonly reads: Gate;
  /** Permits for streams, which hold their descriptor for as long as their reader likes. */
  readonly streams: Gate;
  readonly metrics: MetricsRegistry;
  /** For whatever may end up in a log: errors, warnings, telemetry. What the API returns as data is told as it is. */
  readonly redactor: Redactor;
  /** Shared by all workspaces of this thread. */
  readonly queue: PathQueue;
  /** Shared by all workspaces of this thread. */
  readonly locks: AdvisoryLocks;
  /** The locks that callers hold. */
  readonly fileLocks: FileLocks;
  readonly owners: Owners;
  readonly sweeps: Sweeps;
  /** undefined: contents are not cached. */
  readonly cache: ContentCache | undefined;
  readonly devices: Devices;
  readonly staleFiles: StaleFiles;
  /** @throws ERR_PLOKE_CLOSED after close; the failure that poisoned the workspace after a bug */
  lease(operation: string): RootLease;
  /** After a broken invariant nothing that the workspace believes is certain: `lease` throws this error from now on. */
  poison(error: PlokeIoError): void;
  /** For the workspace's list of warnings. */
  warn(warning: Warning): void;
  /** Whether changes have to say what they are about: see `hold`, and `key` of a CommittedChange. */
  readonly isObserved: boolean;
  /**
   * Says that something is being changed under these keys (`Identity.key`), until the function that it gives is called:
   * after onCommitted, if there is anything to tell.
   */
  hold(keys: readonly string[]): () => void;
  onCommitted(change: CommittedChange): void;
}
