import { open, readFile } from 'node:fs/promises';
import { hostPlatform } from '../platform/host.js';

/** Clock ticks a second in /proc (sysconf(_SC_CLK_TCK), 100 on every Linux that Node runs on). */
const ticksPerSecond = 100;

/**
 * When a process began, in milliseconds since the epoch; null where it is gone or may not be asked. Outside Linux that is
 * known of this process alone, by its own account: asking about others would take native code or another program.
 */
export async function processStart(
  pid: number | 'self',
  platform: NodeJS.Platform = hostPlatform,
): Promise<number | null> {
  if (platform !== 'linux') return pid === 'self' ? Math.round(Date.now() - process.uptime() * 1000) : null;
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
