/** A table that callers get to see, and cannot change for others. */
export function frozenTable<Key extends string, Row extends object>(
  table: Record<Key, Row>,
): Readonly<Record<Key, Row>> {
  for (const row of Object.values<Row>(table)) Object.freeze(row);
  return Object.freeze(table);
}
