import { PlokeIoError } from '../errors/ploke-io-error.js';
import { foreignText, type PrivatePart, shownPath, Wording, wording } from '../errors/wording.js';
import { type Host, prebuildName } from './addon-files.js';
import { binaryKind } from './binary-kind.js';

/** What a failure is about, in `details.reason`. */
export type LoadFailure =
  /** No file was found, though the package has one for this platform. */
  | 'absent'
  /** No file was found, and none is published for this platform. */
  | 'unpublished'
  /** The file is for another system or processor. */
  | 'wrong-platform'
  /** The system's loader refused the file; `cause` says why. */
  | 'unloadable'
  /** The file is of another version of the package. */
  | 'stale';

const compiling = {
  win32: "Python 3 and Visual Studio's C++ build tools",
  darwin: "Python 3 and Xcode's command line tools",
};

/** How the addon is compiled on the user's machine, and what commonly keeps that from happening. */
function compile(host: Host): string {
  const needs = host.platform === 'win32' || host.platform === 'darwin' ? compiling[host.platform] : undefined;
  return `\`npm rebuild ploke-io\` compiles it, which needs ${needs ?? 'Python 3, make and a C++17 compiler'}, and that the package manager runs the install script of ploke-io (npm without --ignore-scripts; \`pnpm approve-builds\`)`;
}

/** No file was found at any of the places. */
export function absentAddon(host: Host, tried: readonly string[]): PlokeIoError {
  const prebuild = prebuildName(host);
  const remedy =
    prebuild === undefined
      ? `No binary is published for ${nameOf(host)}; ${compile(host)}`
      : `The package brings ${prebuild}, which is missing here: install ploke-io again, or bundle it as the README says; else ${compile(host)}`;
  const places = tried.length > 0 ? listOf(tried) : 'any place, since a bundle does not know where it is';
  const message = wording`There is no native addon of ploke-io for ${nameOf(host)} at ${places}`;
  return failure(host, tried, prebuild === undefined ? 'unpublished' : 'absent', message, remedy);
}

/** A file was found, and the system would not load it. */
export function unloadableAddon(host: Host, tried: readonly string[], file: string, cause: unknown): PlokeIoError {
  const kind = binaryKind(file);
  const expected = `${host.platform}-${host.arch}`;
  const again = `Remove that file, and install ploke-io again on this machine (node_modules of another system does not serve here), or ${compile(host)}`;
  if (kind !== undefined && kind !== expected) {
    const message = wording`The native addon of ploke-io at ${shownPath(file)} is for ${kind}, and this is ${nameOf(host)}`;
    return failure(host, tried, 'wrong-platform', message, again, cause);
  }
  const why = foreignText(cause instanceof Error ? cause.message : String(cause), [file]);
  const message = wording`The native addon of ploke-io at ${shownPath(file)} could not be loaded on ${nameOf(host)} (${why})`;
  return failure(host, tried, 'unloadable', message, again, cause);
}

/** A file was loaded that lacks functions. */
export function staleAddon(
  host: Host,
  tried: readonly string[],
  file: string,
  missing: readonly string[],
): PlokeIoError {
  const message = wording`The native addon of ploke-io at ${shownPath(file)} is of another version of the package (it lacks ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ' and more' : ''})`;
  return failure(host, tried, 'stale', message, `Remove it and install ploke-io again; or ${compile(host)}`);
}

function failure(
  host: Host,
  tried: readonly string[],
  reason: LoadFailure,
  message: Wording,
  remedy: string,
  cause?: unknown,
): PlokeIoError {
  const node = process.versions.node;
  return new PlokeIoError({
    code: 'ERR_PLOKE_NATIVE_MISSING',
    message: wording`${message} (Node ${node})`,
    action: `${remedy}.`,
    operation: 'openWorkspace',
    cause,
    details: { ...host, node, reason, tried, remedy },
  });
}

function listOf(paths: readonly string[]): Wording {
  const parts: (string | PrivatePart)[] = paths.flatMap((path, index) => [index === 0 ? '' : ', ', shownPath(path)]);
  return new Wording(parts);
}

function nameOf({ platform, arch, libc }: Host): string {
  return `${platform}-${arch}${libc === undefined ? '' : ` with ${libc}`}`;
}
