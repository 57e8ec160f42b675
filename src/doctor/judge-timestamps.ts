import type { Capabilities } from '../types.js';
import type { Facts, Finding } from './diagnosis.js';

/** What quick writes showed of the time stamps of a file system. */
export interface StampResolution {
  /** The coarsest usual unit of which every stamp is a multiple. */
  readonly unitMs: number;
  /** The smallest step between two writes that have different stamps; null: all had the same. */
  readonly stepMs: number | null;
  /** Of consecutive writes, those that could not be told apart. */
  readonly sameAsBefore: number;
}

const nanosecondsPerMs = 1_000_000;
/** 2 s (FAT), 1 s, 1 ms, 1 µs, 100 ns (SMB, NTFS), 1 ns. */
const unitsNs: readonly bigint[] = [2_000_000_000n, 1_000_000_000n, 1_000_000n, 1_000n, 100n, 1n];
const secondMs = 1_000;

/** undefined for no stamps. */
export function measureStamps(stampsNs: readonly bigint[]): StampResolution | undefined {
  if (stampsNs.length === 0) return undefined;
  const units = unitsNs.filter((unit) => stampsNs.every((stamp) => stamp % unit === 0n));
  // Stamps of one even second would fit both: what cannot be told is not taken for the rarer one.
  const unit = units.find((candidate) => candidate !== unitsNs[0] || new Set(stampsNs).size > 1) ?? 1n;
  const steps = stampsNs.slice(1).map((stamp, index) => stamp - (stampsNs[index] ?? stamp));
  const forward = steps.filter((step) => step > 0n);
  return {
    unitMs: Number(unit) / nanosecondsPerMs,
    stepMs: forward.length === 0 ? null : Number(forward.reduce((a, b) => (a < b ? a : b))) / nanosecondsPerMs,
    sameAsBefore: steps.filter((step) => step === 0n).length,
  };
}

/** Whether a stamp proves that a file is what it was. */
export function judgeTimestamps(capabilities: Capabilities, stampsNs: readonly bigint[]): Finding {
  const { timestampResolutionMs: assumedMs } = capabilities;
  const measured = measureStamps(stampsNs);
  const facts: Facts = { assumedMs, writes: stampsNs.length, ...(measured ?? { unitMs: null, stepMs: null }) };
  const base = { id: 'timestamps', title: 'Time stamps', facts };
  if (measured === undefined) {
    const detail = `How fine they are was not tried, because no file could be written; ${assumedMs} ms is assumed.`;
    return { ...base, severity: 'note', detail };
  }
  // Coarser than what scans by stamp rely on: then a change could be missed.
  if (measured.unitMs > assumedMs) {
    const detail = `They are multiples of ${measured.unitMs} ms, although ${assumedMs} ms is what scans rely on here.`;
    const advice = 'Scan with verify: "content", which does not look at them, and report this file system.';
    return { ...base, severity: 'warning', detail, advice };
  }
  if (measured.sameAsBefore === 0) {
    return { ...base, severity: 'ok', detail: `Each of ${stampsNs.length} quick writes got a time stamp of its own.` };
  }
  const grain = measured.unitMs >= secondMs ? `whole ${measured.unitMs / secondMs} s` : 'steps of the kernel’s clock';
  return {
    ...base,
    severity: 'note',
    detail: `${measured.sameAsBefore} of ${stampsNs.length} quick writes have the time stamp of the one before: time moves in ${grain}.`,
    advice:
      'Nothing has to be changed: scans with verify: "stamp" hash what was written within this time, which costs them more.',
  };
}
