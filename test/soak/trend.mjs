// Whether something that was measured again and again grows: by windows of the same run, never against another machine's
// figures.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The share of the run that is for warming up: caches fill, code is compiled, pools grow to their size. */
const warmUp = 0.25;

/**
 * The medians of the first and of the last third of what came after the warm-up.
 *
 * @param {readonly number[]} samples in the order of time
 */
export function trend(samples) {
  const settled = samples.slice(Math.floor(samples.length * warmUp));
  const third = Math.max(1, Math.floor(settled.length / 3));
  return { first: median(settled.slice(0, third)), last: median(settled.slice(-third)) };
}

/**
 * @param {readonly number[]} samples
 * @param {{ factor?: number, more?: number }} tolerance the last third may have `factor` times the first, and `more` on top
 */
export function isFlat(samples, { factor = 1, more = 0 }) {
  const { first, last } = trend(samples);
  return last <= first * factor + more;
}
