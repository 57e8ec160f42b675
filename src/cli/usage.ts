/** The command line itself is wrong: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const exitCode = { ok: 0, failed: 1, usage: 2 } as const;

export const help = `Usage: ploke-io <command> [options]

Reads and writes files below one directory and nowhere else, verified by hash, durably.

Commands:
  demo                     Show the library at work on a copy of its own sources.
      --keep               Leave the temporary copy in place.
  hash FILE...             Print the SHA-256 hash of each file, as the library names it.
  read FILE                Print a file, or a part of it.
      --range START:END    Bytes from START up to END, counted from 0. Either may be left out.
      --lines FIRST:LAST   Lines, counted from 1, both included. Either may be left out.
      --expect HASH        Fail if the file is not this version.
  scan DIR                 Print which files were added (A), modified (M) or deleted (D).
      --state FILE         Compare with the state kept here, and advance it. Without it, every file counts as added.
      --verify HOW         content (default): hash every file. stamp: only those whose time stamps do not prove them same.
      --gitignore          Leave out what .gitignore files exclude.
  watch [DIR]              Print what changes below DIR (default: the current directory) until interrupted: added (A),
                           modified (M), deleted (D), renamed (R). With --json one JSON value a line, first
                           {"type":"watching"} as soon as nothing is missed any more.
      --debounce MS        Collect and merge changes for so long (default 250).
      --backend NAME       auto (default), native, chokidar or polling.
      --count N            End after N changes.
  write FILE               Replace a file's content by what comes on standard input.
      --expect HASH        Only if the file is still this version.
      --create             Make a new file instead; fail if there is one.

Options:
      --root DIR           The directory that must not be left (hash, read, write). Default: the current directory.
      --json               Print one JSON value; errors too, on standard error.
  -h, --help               Print this text.
      --version            Print the version.

Exit codes: 0 done, 1 failed (something was refused, missing or not as expected), 2 wrong usage.
`;
