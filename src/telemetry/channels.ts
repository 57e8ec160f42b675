import { type Channel, channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { OperationTrace } from '../types.js';
import { eventChannels, operationChannels } from './channel-names.js';

export type OperationKind = keyof typeof operationChannels;

/** Whatever is not named here opens, changes or describes the workspace as a whole. */
const kinds: ReadonlyMap<string, OperationKind> = new Map<string, OperationKind>([
  ['readFile', 'read'],
  ['readFiles', 'read'],
  ['readSnippets', 'read'],
  ['createReadStream', 'read'],
  ['stat', 'read'],
  ['writeFile', 'write'],
  ['writeFiles', 'write'],
  ['writeSnippets', 'write'],
  ['applyPatches', 'write'],
  ['updateFile', 'write'],
  ['createFile', 'write'],
  ['createFiles', 'write'],
  ['removeFile', 'write'],
  ['rename', 'write'],
  ['createDirectory', 'write'],
  ['removeDirectory', 'write'],
  ['lock', 'lock'],
  ['scanChanges', 'scan'],
  ['listFiles', 'list'],
  ['listDirectory', 'list'],
  ['flushEvents', 'watch'],
  ['look', 'watch'],
]);

export function kindOf(operation: string): OperationKind {
  return kinds.get(operation) ?? 'workspace';
}

export type OperationChannel = TracingChannel<OperationTrace, OperationTrace>;

// Held for good: Node forgets a channel that nobody holds, and with it who asks whether it has subscribers.
const channels = new Map<OperationKind, OperationChannel>();

export function operationChannel(operation: string): OperationChannel {
  const kind = kindOf(operation);
  const made = channels.get(kind) ?? tracingChannel<OperationTrace, OperationTrace>(operationChannels[kind]);
  channels.set(kind, made);
  return made;
}

export const slowOperations: Channel = channel(eventChannels.slowOperation);
export const lockContentions: Channel = channel(eventChannels.lockContention);

/** Asked of each part: not every runtime tells it of the tracing channel as a whole. */
export function isSubscribed({ start, end, asyncStart, asyncEnd, error }: OperationChannel): boolean {
  return (
    start.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers ||
    error.hasSubscribers
  );
}
