/** An errno of the addon, which has those of `os.constants.errno` on every system, as Node names and numbers it. */
export interface DescribedErrno {
  /** `UNKNOWN`, libuv's word for it, where nobody knows it. */
  readonly code: string;
  readonly meaning: string;
  /** What `error.errno` is in Node for that code: below 0. */
  readonly errno: number;
}

export interface ErrnoTable {
  describe(errno: number): DescribedErrno;
  /** Node's number for a code. */
  numberOf(code: string): number | undefined;
}

/** Errors of Linux file systems that neither libuv nor Node's `os.constants` knows. Source: errno(3). */
const linuxCodes: Readonly<Record<number, string>> = { 117: 'EUCLEAN', 121: 'EREMOTEIO', 126: 'ENOKEY' };

/** libuv has neither EDQUOT nor ESTALE. */
const meanings: Readonly<Record<string, string>> = {
  EDQUOT: 'disk quota exceeded',
  ESTALE: 'stale file handle',
  EUCLEAN: 'file system structure needs cleaning',
  EREMOTEIO: 'remote input/output error',
  ENOKEY: 'the key of an encrypted directory is not available',
};

/**
 * libuv's numbers are those of errno(3) with another sign on POSIX, and its own on Windows (-4058 for ENOENT, which is 2
 * there too), so that names come from `constants` first where the two have nothing to do with each other.
 *
 * @param constants `os.constants.errno`
 * @param libuv `util.getSystemErrorMap()`
 */
export function errnoTable(
  constants: Readonly<Record<string, number>>,
  libuv: ReadonlyMap<number, readonly [name: string, message: string]>,
  platform: NodeJS.Platform,
): ErrnoTable {
  const numbers = new Map([...libuv].map(([number, [name]]) => [name, number]));
  const texts = new Map([...libuv].map(([, [name, message]]) => [name, message]));
  const names = new Map<number, string>();
  for (const [name, value] of Object.entries(constants)) {
    // Of two names for one number, as EAGAIN and EWOULDBLOCK are, the one that libuv has.
    if (!numbers.has(names.get(value) ?? '')) names.set(value, name);
  }
  const nameOf = (errno: number): string | undefined => {
    const known = platform === 'win32' ? undefined : libuv.get(-errno)?.[0];
    return known ?? names.get(errno) ?? (platform === 'linux' ? linuxCodes[errno] : undefined);
  };
  return {
    describe: (errno) => {
      const positive = Math.abs(errno);
      const code = nameOf(positive);
      if (code === undefined) return { code: 'UNKNOWN', meaning: `system error ${positive}`, errno: -positive };
      const meaning = texts.get(code) ?? meanings[code] ?? `system error ${positive}`;
      return { code, meaning, errno: numbers.get(code) ?? -positive };
    },
    numberOf: (code) => numbers.get(code),
  };
}
