import { invalidArgument } from '../errors/make.js';
import { type SliceRequest, wholeFile } from '../io/read-plan.js';
import { SliceMode } from '../native/look-batches.js';
import { badValue, checkInteger, checkOptions, optional } from '../policy/arguments.js';

/** The members of a read that say which bytes are wanted. */
interface SliceMembers {
  readonly range?: unknown;
  readonly lines?: unknown;
  readonly maxBytes?: unknown;
}

const noTruncation = Infinity;

/**
 * `range`, `lines` and `maxBytes` of a read, checked.
 *
 * @param owner what the members belong to, for errors: `options` or `requests[3]`
 * @throws ERR_PLOKE_INVALID_ARGUMENT
 */
export function checkSlice(operation: string, owner: string, members: SliceMembers): SliceRequest {
  const { range, lines } = members;
  const maxBytes = optional(members.maxBytes, noTruncation, (value) =>
    checkInteger(operation, `${owner}.maxBytes`, value),
  );
  if (range !== undefined && lines !== undefined) {
    throw invalidArgument(operation, `${owner} has both range and lines. Pass one of them.`, { argument: owner });
  }
  if (range !== undefined) return { ...checkRange(operation, `${owner}.range`, range), maxBytes };
  if (lines !== undefined) return { ...checkLines(operation, `${owner}.lines`, lines), maxBytes };
  return maxBytes === noTruncation ? wholeFile : { ...wholeFile, maxBytes };
}

/** Bytes `[start, end)`; `end` is cut to the end of the file, `start` beyond it is ERR_PLOKE_RANGE later. */
export function checkRange(operation: string, member: string, value: unknown): Omit<SliceRequest, 'maxBytes'> {
  const { start, end } = checkOptions(operation, value, ['start', 'end'], member);
  const a = optional(start, 0, (present) => checkInteger(operation, `${member}.start`, present));
  const b = optional(end, Infinity, (present) => checkInteger(operation, `${member}.end`, present));
  if (b < a) throw badValue(operation, `${member}.end`, end, `an offset of at least ${member}.start, which is ${a}`);
  return { mode: SliceMode.open, a, b };
}

function checkLines(operation: string, member: string, value: unknown): Omit<SliceRequest, 'maxBytes'> {
  const { start, end, last } = checkOptions(operation, value, ['start', 'end', 'last'], member);
  if (last !== undefined) {
    if (start !== undefined || end !== undefined) {
      throw invalidArgument(operation, `${member} has last beside start or end. Pass last alone, or start and end.`, {
        argument: member,
      });
    }
    return { mode: SliceMode.lastLines, a: checkInteger(operation, `${member}.last`, last), b: 0 };
  }
  const a = optional(start, 1, (present) => checkInteger(operation, `${member}.start`, present, { min: 1 }));
  const b = optional(end, Infinity, (present) => checkInteger(operation, `${member}.end`, present, { min: 1 }));
  if (b < a) throw badValue(operation, `${member}.end`, end, `a line of at least ${member}.start, which is ${a}`);
  return { mode: SliceMode.lines, a, b };
}
