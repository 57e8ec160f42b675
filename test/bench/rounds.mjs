/**
 * Measures the contenders in turn, round after round, so that what else the machine does meets all of them alike. The first round
 * warms the system's caches and is not counted. `contenders`: { name, measure() } each. Gives name → figures of each counted round.
 */
export async function interleave(count, contenders) {
  const runs = new Map(contenders.map(({ name }) => [name, []]));
  for (let round = -1; round < count; round += 1) {
    for (const { name, measure } of contenders) {
      const figures = await measure();
      if (round >= 0) runs.get(name).push(figures);
    }
  }
  return runs;
}
