/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that the user can put right, and that is no failure of a call to the library. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
