/** Why a text is no path that is taken, and what to do about it. */
export interface PathRefusal {
  /** As it goes on after "The path". */
  readonly what: string;
  readonly action: string;
}

/**
 * A path argument on Windows as text with `/` between its names: `C:/a/b`, with the drive in upper case, or
 * `//host/share/a/b`; without `.`, `..` and empty names, with a trailing `/` where the argument demanded a directory.
 *
 * It must mean the same to Win32, which rewrites paths, and to the kernel, which the addon asks name by name and which does
 * not. So what Win32 would rewrite is refused rather than rewritten here: names that end in dots or spaces, names of devices,
 * streams, paths that depend on a current directory. `\\?\`, with which Win32 rewrites nothing, is taken off once, where
 * there is nothing it could have kept from being rewritten.
 *
 * Sources: Microsoft, "Naming Files, Paths, and Namespaces" and "File path formats on Windows systems"; for the names of
 * devices also Go's internal/filepathlite.
 */
export function parseWindowsPath(text: string): string | PathRefusal {
  const bare = text.startsWith('\\\\?\\') ? withoutVerbatimPrefix(text) : text;
  if (typeof bare !== 'string') return bare;
  const unified = bare.replaceAll('\\', '/');
  if (isDrivePath.test(unified)) {
    const drive = `${unified.charAt(0).toUpperCase()}:`;
    // Nearly all paths: nothing in them but names that every rule lets pass.
    if (!needsLook.test(unified) && !unified.includes(':', 2)) return drive + unified.slice(2);
    return withNames(`${drive}/`, unified.slice(3));
  }
  return unified.startsWith('//') ? parseShare(unified) : refusalOfRelative(unified);
}

const isDrivePath = /^[a-z]:\//i;

/** Whatever may need the slower way: a name that begins or ends with a dot, an empty one, one that may be a device's. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: no name may hold one
const needsLook = /[\0-\x1f<>"|?*]|\/[./]|[. ](?:\/|$)|\/(?:con|prn|aux|nul|com|lpt|clock\$)/i;

/** It may only go where it changes nothing: before a drive or a share, with names that would not be rewritten without it. */
function withoutVerbatimPrefix(text: string): string | PathRefusal {
  const rest = text.slice(4);
  const isPlain = !rest.includes('/') && !/\\(?:\.{0,2}\\|\.{1,2}$)/.test(rest);
  if (isPlain && /^[a-z]:\\/i.test(rest)) return rest;
  if (isPlain && /^unc\\/i.test(rest)) return `\\\\${rest.slice(4)}`;
  return {
    what: 'begins with "\\\\?\\" and is not the plain path of a file on a drive or a share',
    action: 'Pass it without "\\\\?\\", such as "C:\\folder\\file": long paths need no prefix here.',
  };
}

/** Shares that are no directories: they lead to pipes and to services of the host. */
const notDirectories = /^(?:pipe|mailslot|ipc\$)$/i;

/** `//host/share/…`. Whether it is one of a root is judged later, as for every path. */
function parseShare(unified: string): string | PathRefusal {
  const [, host = '', share = ''] = /^\/\/([^/]*)\/*([^/]*)/.exec(unified) ?? [];
  if (host === '.' || host === '?') {
    return {
      what: 'is one of the namespace of devices',
      action: 'Pass the path of a file, such as "C:\\folder\\file".',
    };
  }
  const start = `//${host}/${share}`;
  const isShare = host !== '' && share !== '' && unified.startsWith(start) && !notDirectories.test(share);
  if (!isShare || faultOf(host) !== undefined || faultOf(share) !== undefined) {
    return {
      what: 'names no directory that a host shares',
      action: 'Pass "\\\\host\\share\\folder\\file", or a path on a drive.',
    };
  }
  return withNames(start, unified.slice(start.length + 1));
}

/** @param root `C:/`, or `//host/share`, which have no `..` above them */
function withNames(root: string, rest: string): string | PathRefusal {
  const names: string[] = [];
  let directory = false;
  for (const name of rest.split('/')) {
    directory = name === '' || name === '.' || name === '..';
    if (name === '..') names.pop();
    else if (!directory) {
      // Also what `..` takes away again: Win32 would have looked at the whole before that.
      const fault = faultOf(name);
      if (fault !== undefined) return fault;
      names.push(name);
    }
  }
  if (names.length === 0) return root;
  return `${root}${root.endsWith('/') ? '' : '/'}${names.join('/')}${directory ? '/' : ''}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: no name may hold one
const forbidden = /[\0-\x1f<>:"|?*]/;
/** In every directory and with every extension, as all versions up to Windows 10 have it; later ones have fewer. */
const device = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b2\u00b3\u00b9]|conin\$|conout\$|clock\$) *(?:\.|$)/i;

function faultOf(name: string): PathRefusal | undefined {
  if (forbidden.test(name)) {
    return {
      what: 'holds a character that no file name on Windows can hold',
      action: 'Leave out control characters, streams (":") and < > " | ? *.',
    };
  }
  if (name.endsWith('.') || name.endsWith(' ')) {
    return {
      what: 'holds a name that ends in a dot or a space, which Windows takes for another',
      action: 'Pass the name as the directory lists it.',
    };
  }
  if (!device.test(name)) return undefined;
  return { what: 'holds the name of a device, such as NUL or COM1', action: 'Choose another name.' };
}

function refusalOfRelative(unified: string): PathRefusal {
  const action = 'Pass an absolute path, such as "C:\\folder\\file".';
  if (unified === '') return { what: 'is an empty string', action };
  if (unified.startsWith('/')) return { what: 'is not absolute: it names no drive', action };
  if (/^[a-z]:/i.test(unified)) return { what: 'is not absolute: it is relative to the directory of a drive', action };
  return { what: 'is not absolute', action };
}
