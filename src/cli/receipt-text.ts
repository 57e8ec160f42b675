import type { Receipt } from '../types.js';

/** A receipt in one line. */
export function receiptText(receipt: Receipt): string {
  const { atomic, durability, lock, compareAndSwap, metadata } = receipt;
  return [
    atomic ? 'atomic' : 'not atomic',
    `durability ${durability}`,
    `lock ${lock}`,
    `compare-and-swap ${compareAndSwap}`,
    `metadata ${metadata}`,
  ].join(', ');
}
