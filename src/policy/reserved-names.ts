/** The folder in each root where owner files lie (native/temporary_name.h). */
export const ownerDirectoryName = '.ploke-io';

/** As make_temporary_name (native/temporary_name.cc) writes it: owner, random bits, state, what the state adds. */
const temporaryName = /^\.ploke-io-tmp-[0-9a-f]{32}-[0-9a-f]{32}-(?:[wn]|[xb]-[0-9a-f]{40}-[0-9a-f]{40}-[0-9a-f]{16})$/;

/**
 * Whether a path below a root names what belongs to ploke-io: the owner folder or anything in it, or, as its last name, a
 * temporary file. A caller who could write there could make the sweep of a crashed process remove or keep the wrong file.
 *
 * @param below the path below a root, without a trailing slash
 */
export function isReserved(below: string): boolean {
  // One search decides for nearly all paths.
  if (!below.includes(ownerDirectoryName)) return false;
  if (below === ownerDirectoryName || below.startsWith(`${ownerDirectoryName}/`)) return true;
  return temporaryName.test(below.slice(below.lastIndexOf('/') + 1));
}
