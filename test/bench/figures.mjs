// What is made of measured numbers, the same for every benchmark: medians, ranges, tables, goals. A part is
// { part, title, settings, notes, tables, goals }; print.mjs and markdown.mjs show it, --json gives it as it is.

export function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** undefined where nothing was measured. */
export function summarise(numbers) {
  const measured = numbers.filter((each) => Number.isFinite(each));
  if (measured.length === 0) return undefined;
  return { median: median(measured), least: Math.min(...measured), most: Math.max(...measured) };
}

/**
 * One table. `contenders`: { name, calls?, note? } each, in the order of the rows. `runs`: the figures of each counted round, by
 * name. `columns`: { key, title, digits? } each; `compare`: the column and the row that each row is divided by.
 */
export function tableOf({ title, columns, contenders, runs, compare }) {
  const rows = contenders
    .filter(({ name }) => runs.get(name)?.length > 0)
    .map(({ name, calls, note }) => {
      const values = {};
      for (const { key } of columns) values[key] = summarise(runs.get(name).map((figures) => figures[key]));
      return { name, calls, note, values };
    });
  if (compare) {
    const own = rows.find(({ name }) => name === compare.row)?.values[compare.column];
    for (const row of rows) row.timesOurs = row.values[compare.column]?.median / own?.median;
  }
  return { title, columns, rows };
}

/** The median of a cell; NaN where it was not measured, and so is every ratio with it. */
export function medianOf(table, rowName, key) {
  return table.rows.find(({ name }) => name === rowName)?.values[key]?.median ?? Number.NaN;
}

function goalOf(name, value, goal, bound, isMet, missedBy) {
  if (!Number.isFinite(value)) return { name, bound, goal, value: null, verdict: 'not measured' };
  if (isMet) return { name, bound, goal, value, verdict: 'met' };
  return { name, bound, goal, value, verdict: 'MISSED', missedByPercent: missedBy * 100 };
}

export const atLeast = (name, value, goal) => goalOf(name, value, goal, 'at least', value >= goal, 1 - value / goal);
export const atMost = (name, value, goal) => goalOf(name, value, goal, 'at most', value <= goal, value / goal - 1);

/** How many times ours the other's figure is. */
export function ratioAtLeast(table, [other, ours], goal, key = table.columns[0].key) {
  const name = key === table.columns[0].key ? `${other} / ${ours}` : `${other} / ${ours}: ${titleOf(table, key)}`;
  return atLeast(name, medianOf(table, other, key) / medianOf(table, ours, key), goal);
}

export function titleOf(table, key) {
  return table.columns.find((column) => column.key === key).title;
}
