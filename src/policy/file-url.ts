import { domainToUnicode } from 'node:url';
import { invalidPath } from '../errors/make.js';
import { givenPath, givenValue, type PrivatePart, wording } from '../errors/wording.js';

const hrefGetter = Object.getOwnPropertyDescriptor(URL.prototype, 'href')?.get;

/**
 * The path that a `file:` URL names, yet to be parsed. On Windows a host is that of a share.
 *
 * Source: WHATWG URL, and Node's url.fileURLToPath(), whose refusals these are; a query is refused here as well.
 */
export function pathOfUrl(input: unknown, operation: string, platform: NodeJS.Platform): string {
  const url = copyOfUrl(input);
  if (!url) {
    throw invalidPath(
      operation,
      wording`The path is ${givenValue(input)}. Pass an absolute path as a string, or a file: URL object.`,
    );
  }
  const shown = givenPath(url.href);
  if (url.protocol !== 'file:') {
    throw invalidPath(operation, wording`The URL ${shown} is not a file: URL. Pass a file: URL or an absolute path.`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalidPath(
      operation,
      wording`The URL ${shown} has a query or a fragment. In a file name, write "?" as %3F and "#" as %23 (url.pathToFileURL does).`,
    );
  }
  return platform === 'win32' ? windowsPath(url, shown, operation) : posixPath(url, shown, operation);
}

function posixPath({ hostname, pathname }: URL, shown: PrivatePart, operation: string): string {
  // The parser has turned `localhost` into the empty host.
  if (hostname !== '') {
    throw invalidPath(operation, wording`The URL ${shown} names another host. Pass a file: URL with an empty host.`);
  }
  if (/%2f/i.test(pathname)) {
    throw invalidPath(operation, wording`The URL ${shown} holds an encoded "/" (%2F), which no file name can hold.`);
  }
  return decoded(pathname, shown, operation);
}

function windowsPath({ hostname, pathname }: URL, shown: PrivatePart, operation: string): string {
  if (/%2f|%5c/i.test(pathname)) {
    throw invalidPath(operation, wording`The URL ${shown} holds an encoded "/" or "\\", which no file name can hold.`);
  }
  const path = decoded(pathname, shown, operation).replaceAll('/', '\\');
  if (hostname !== '') return `\\\\${domainToUnicode(hostname)}${path}`;
  if (/^\\[a-z]:/i.test(path)) return path.slice(1);
  throw invalidPath(operation, wording`The URL ${shown} names no drive. Pass a URL such as "file:///C:/folder/file".`);
}

function decoded(pathname: string, shown: PrivatePart, operation: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    // URIError: an incomplete escape, or bytes that are not UTF-8 (ECMA-262, Decode).
    throw invalidPath(
      operation,
      wording`The URL ${shown} does not decode to UTF-8. Encode the path with url.pathToFileURL().`,
    );
  }
}

/** The getter of the class looks at the internal slot, so a look-alike or an overridden `href` does not get through. */
function copyOfUrl(input: unknown): URL | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  try {
    return new URL(hrefGetter?.call(input) as string);
  } catch {
    // TypeError of the getter: not a URL object.
    return undefined;
  }
}
