import { hostPlatform } from '../platform/host.js';

/** The folder in each root where owner files lie (native/temporary_name.h). */
export const ownerDirectoryName = '.ploke-io';

/** As make_temporary_name (native/temporary_name.cc) writes it: owner, random bits, state, what the state adds. */
const temporaryName = /^\.ploke-io-tmp-[0-9a-f]{32}-[0-9a-f]{32}-(?:[wn]|[xb]-[0-9a-f]{40}-[0-9a-f]{40}-[0-9a-f]{16})$/;

/**
 * Whether a path below a root names what belongs to ploke-io: the owner folder or anything in it, or, as its last name, a
 * temporary file. A caller who could write there could make the sweep of a crashed process remove or keep the wrong file.
 *
 * Every spelling counts that some file system takes for one of these names, on every system, since a volume of any kind may
 * be mounted anywhere: in another case, composed otherwise, with characters that are ignored. That refuses a name too many
 * here and there, of which nobody has any.
 *
 * @param below the path below a root, without a trailing slash
 */
export function isReserved(below: string, platform: NodeJS.Platform = hostPlatform): boolean {
  // One search decides for nearly all paths.
  if (!mayBeOwn.test(below)) return platform === 'win32' && hasShortAlias(below);
  const folded = fold(below);
  if (folded === ownerDirectoryName || folded.startsWith(`${ownerDirectoryName}/`)) return true;
  if (temporaryName.test(folded.slice(folded.lastIndexOf('/') + 1))) return true;
  return platform === 'win32' && hasShortAlias(below);
}

/** Whether one name of a path is that of the owner folder, in whatever spelling. */
export function isOwnerDirectoryName(name: string, platform: NodeJS.Platform = hostPlatform): boolean {
  return fold(name) === ownerDirectoryName || (platform === 'win32' && shortAlias.test(name));
}

const mayBeOwn = /\.ploke-io|[\u0080-\uffff]/i;

/**
 * APFS, HFS+ and ext4 with casefold compare by Unicode's case folding of decomposed names (Apple, "HFS Plus Volume Format",
 * "Case-Insensitive String Comparison Algorithm"; utf8_normalization.c of Linux), of which HFS+ and ext4 leave out ignorable
 * characters first. Of the letters of our names the Kelvin sign alone has another form, which decomposing turns into a K.
 */
function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase();
}

/**
 * What NTFS and FAT may call one of our names in 8.3: its first six letters and a number, or, once there are several, its
 * first two, four digits of a checksum and a number. The leading dot is left out, and there is no extension. Which of our
 * names it stands for it does not tell. Source: Microsoft, [MS-FSCC] 2.1.5.2.1, "8.3 Filename"; git's is_ntfs_dotgit.
 */
const shortAlias = /^pl(?:o|ok|oke|oke-|[0-9a-f]{1,4})?~[0-9]{1,6}$/i;

function hasShortAlias(below: string): boolean {
  return below.includes('~') && below.split('/').some((name) => shortAlias.test(name));
}
