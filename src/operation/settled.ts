import { thrownError } from '../errors/make.js';
import type { PlokeIoError } from '../errors/ploke-io-error.js';
import type { Settled } from '../types.js';

export type Rejected = Extract<Settled<never>, { readonly status: 'rejected' }>;

/** Whatever was thrown, as the one error class. */
export function asPlokeIoError(thrown: unknown, operation: string): PlokeIoError {
  return thrownError(operation, thrown);
}

/** An item's failure as its result. A bug of ours is not the item's failure: it is thrown, and fails the call. */
export function rejected(thrown: unknown, operation: string): Rejected {
  const reason = asPlokeIoError(thrown, operation);
  if (reason.severity === 'internal') throw reason;
  return { status: 'rejected', reason };
}
