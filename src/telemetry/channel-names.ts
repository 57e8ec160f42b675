/** Tracing channels, one for each kind of operation. */
export const operationChannels = {
  read: 'ploke-io:read',
  write: 'ploke-io:write',
  lock: 'ploke-io:lock',
  scan: 'ploke-io:scan',
  list: 'ploke-io:list',
  watch: 'ploke-io:watch',
  workspace: 'ploke-io:workspace',
} as const;

/** Plain channels, on which a message is an event of its own. */
export const eventChannels = {
  slowOperation: 'ploke-io:slow-operation',
  lockContention: 'ploke-io:lock-contention',
} as const;
