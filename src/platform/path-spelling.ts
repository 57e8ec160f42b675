import { hostPlatform } from './host.js';

/**
 * How absolute paths are spelt for callers: in results, events, errors, warnings. A path below a root has `/` between its
 * names on every system, as the addon and patterns have it; what is put together for a caller goes through here.
 */
export interface PathSpelling {
  readonly separator: '/' | '\\';
  /** Of a text with `/`, as parsePathArgument gives it back. */
  spell(text: string): string;
  /** The text that was spelt. */
  textOf(path: string): string;
  /** A directory and a path below it, which has `/` between its names; `''`: what every path in the directory begins with. */
  join(directory: string, below: string): string;
  /** The path below a directory, with `/` between its names; undefined for what is not below it by its text. */
  below(directory: string, path: string): string | undefined;
  /** Without the last name; the directory at the top stays what it is. */
  directoryOf(path: string): string;
}

const posix: PathSpelling = {
  separator: '/',
  spell: (text) => text,
  textOf: (path) => path,
  join: (directory, below) => (directory.endsWith('/') ? `${directory}${below}` : `${directory}/${below}`),
  below: (directory, path) => {
    const start = directory.endsWith('/') ? directory.length : directory.length + 1;
    const isBelow = path.startsWith(directory) && (start === directory.length || path[start - 1] === '/');
    return isBelow ? path.slice(start) : undefined;
  },
  directoryOf: (path) => path.slice(0, Math.max(1, path.lastIndexOf('/'))),
};

const windows: PathSpelling = {
  separator: '\\',
  spell: (text) => text.replaceAll('/', '\\'),
  textOf: (path) => path.replaceAll('\\', '/'),
  join: (directory, below) => windows.spell(posix.join(windows.textOf(directory), below)),
  below: (directory, path) => posix.below(windows.textOf(directory), windows.textOf(path)),
  directoryOf: (path) => {
    const end = path.lastIndexOf('\\');
    // `C:\` is a directory, `C:` the current one of a drive.
    return path.slice(0, path[end - 1] === ':' ? end + 1 : Math.max(0, end));
  },
};

/** `C:\a\b` and `\\host\share\a` on Windows, `/a/b` everywhere else. */
export function pathSpelling(platform: NodeJS.Platform): PathSpelling {
  return platform === 'win32' ? windows : posix;
}

export const hostSpelling = pathSpelling(hostPlatform);
