import { open, readFile } from 'node:fs/promises';

/** Clock ticks a second in /proc (sysconf(_SC_CLK_TCK), 100 on every Linux that Node runs on). */
const ticksPerSecond = 100;

/** When a process began, in milliseconds since the epoch; null where it is gone or may not be asked. */
export async function processStart(pid: number | 'self'): Promise<number | null> {
  const ticks = await startTicks(pid);
  const boot = /^btime (\d+)$/m.exec(await readFile('/proc/stat', 'utf8').catch(() => ''));
  if (ticks === null || !boot) return null;
  return Number(boot[1]) * 1000 + (ticks * 1000) / ticksPerSecond;
}

async function startTicks(pid: number | 'self'): Promise<number | null> {
  const file = await open(`/proc/${pid}/stat`).catch(() => undefined);
  if (!file) return null;
  try {
    const text = await file.readFile('utf8');
    // The second field, the name in brackets, may hold anything, spaces and brackets included (proc(5)).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[19]);
    return Number.isFinite(ticks) ? ticks : null;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
