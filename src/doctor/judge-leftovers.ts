import type { Warning } from '../types.js';
import type { Finding } from './diagnosis.js';

/** What processes that died had left here, and what became of it when the workspace was opened. */
export function judgeLeftovers(warnings: readonly Warning[]): readonly Finding[] {
  const recovered = warnings.filter(({ code }) => code === 'PLOKE_RECOVERED');
  const swept = warnings.filter(({ code }) => code === 'PLOKE_SWEPT');
  if (recovered.length === 0 && swept.length === 0) return [];
  const base = { id: 'leftovers', title: 'Leftovers', facts: { recovered: recovered.length, swept: swept.length } };
  if (recovered.length > 0) {
    const detail = `A process died while it had somebody else’s version in its hands. Kept: ${recovered.map(({ path }) => path).join(', ')}.`;
    return [
      { ...base, severity: 'warning', detail, advice: 'Compare each of them with the file beside it, and remove it.' },
    ];
  }
  const detail = `Temporary files of a process that died were removed: ${swept.map(({ message }) => message).join('; ')}.`;
  return [{ ...base, severity: 'note', detail }];
}
