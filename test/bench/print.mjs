// Parts as text for a terminal.

export function numberText(value, digits) {
  if (!Number.isFinite(value)) return '–';
  if (digits !== undefined) return value.toFixed(digits);
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}

/** Median and range of a cell. */
export function cellText(value, digits) {
  if (!value) return '–';
  const [middle, least, most] = [value.median, value.least, value.most].map((each) => numberText(each, digits));
  return least === most ? middle : `${middle} (${least}–${most})`;
}

export function goalText({ bound, goal, value, verdict, missedByPercent }) {
  const missedBy = missedByPercent ? ` by ${missedByPercent.toFixed(missedByPercent < 10 ? 1 : 0)} %` : '';
  return { value: value === null ? '–' : numberText(value, 2), goal: `${bound} ${goal}`, verdict: verdict + missedBy };
}

/** The cells of a table as text, its head first. */
export function cellsOf({ columns, rows }) {
  const isCompared = rows.some(({ timesOurs }) => timesOurs !== undefined);
  const head = ['', ...columns.map(({ title }) => title), ...(isCompared ? ['× ours'] : [])];
  const body = rows.map(({ name, values, timesOurs }) => [
    name,
    ...columns.map(({ key, digits }) => cellText(values[key], digits)),
    ...(isCompared ? [numberText(timesOurs, 2)] : []),
  ]);
  return [head, ...body];
}

function printTable(table) {
  console.log(`\n${table.title}`);
  const lines = cellsOf(table);
  const widths = lines[0].map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  for (const [index, cells] of lines.entries()) {
    const text = cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])));
    console.log(`  ${text.join('  ')}`.trimEnd());
    const row = table.rows[index - 1];
    if (row?.calls) console.log(`      calls: ${row.calls}`);
    if (row?.note) console.log(`      ${row.note}`);
  }
}

export function printPart({ title, notes, tables, goals }) {
  console.log(`\n== ${title}`);
  for (const note of notes) console.log(note);
  for (const table of tables) printTable(table);
  if (goals.length > 0) console.log('\ngoals');
  for (const goal of goals) {
    const { value, goal: wanted, verdict } = goalText(goal);
    console.log(`  ${goal.name.padEnd(74)} ${value.padStart(8)}   ${wanted.padEnd(14)} ${verdict}`);
  }
}

export function printMachine(machine) {
  const { processor, cpus, memoryGiB, kernel, fileSystem, node } = machine;
  console.log(`${cpus} × ${processor}, ${memoryGiB} GiB, ${kernel}, ${fileSystem}, node ${node}`);
}
