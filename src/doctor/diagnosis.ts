import type { CallOptions, Capabilities, Limits } from '../types.js';

/**
 * How much a finding matters. `ok`: as it should be. `note`: good to know, nothing to do. `warning`: something is weaker or
 * slower than it could be. `problem`: with the default options some calls fail.
 */
export type Severity = 'ok' | 'note' | 'warning' | 'problem';

/** What a finding rests on, for programs. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** One thing that was looked at. */
export interface Finding {
  /** Stable; docs/doctor.md lists them. */
  readonly id: string;
  readonly severity: Severity;
  /** In a few words. */
  readonly title: string;
  /** What was found and what that means, in a sentence or two. */
  readonly detail: string;
  /** What to change; not for what is as it should be. */
  readonly advice?: string;
  readonly facts: Facts;
}

export interface Versions {
  /** undefined where the package's manifest cannot be found: in a bundle. */
  readonly plokeIo?: string;
  readonly node: string;
  /** The Node-API version that this Node has. */
  readonly nodeApi: number;
  readonly platform: string;
  readonly arch: string;
  /** What `os.release()` says. */
  readonly kernel: string;
  readonly addon: {
    /** `provided`: by the program, through `ploke-io/native`. */
    readonly kind: 'compiled' | 'prebuilt' | 'provided' | 'missing';
    readonly file?: string;
  };
}

export interface Diagnosis {
  /** As it was asked for, absolute. */
  readonly path: string;
  /** The directory that was looked at: the path, or of a file the directory it lies in. */
  readonly directory: string;
  /** The worst of the findings. */
  readonly severity: Severity;
  /** In a fixed order, those that are as they should be among them. */
  readonly findings: readonly Finding[];
  /** Those of a workspace with this directory as its root; null where the addon is missing. */
  readonly capabilities: Capabilities | null;
  readonly limits: Limits | null;
  readonly versions: Versions;
}

export interface DiagnoseOptions extends CallOptions {
  /** How long to wait for the event of a file that was written. Default: 1,000. */
  readonly watchTimeoutMs?: number | undefined;
}

const order: readonly Severity[] = ['ok', 'note', 'warning', 'problem'];

/** `ok` where there is no finding. */
export function worstOf(findings: readonly { readonly severity: Severity }[]): Severity {
  const worst = Math.max(0, ...findings.map(({ severity }) => order.indexOf(severity)));
  return order[worst] ?? 'problem';
}
