import { readFile } from 'node:fs/promises';
import { hostPlatform } from '../platform/host.js';

export const mountTablePath = '/proc/self/mountinfo';

/** One line of /proc/self/mountinfo, as proc(5) describes it. */
export interface Mount {
  readonly id: number;
  /** `major:minor`. */
  readonly device: string;
  readonly mountPoint: string;
  /** For example `ext4`, `fuse.sshfs`. */
  readonly type: string;
  /** For example `/dev/sda1`, `mfs#master:9421`, `server:/export`. */
  readonly source: string;
  /** Those of the mount and those of the file system. */
  readonly options: ReadonlySet<string>;
}

/**
 * undefined where the system has none, or gives none: without /proc in a container, or where it is forbidden. On systems
 * other than Linux nothing is opened: a file of that name would be anybody's.
 */
export async function readMountTable(platform: NodeJS.Platform = hostPlatform): Promise<Mount[] | undefined> {
  if (platform !== 'linux') return undefined;
  try {
    return parseMountTable(await readFile(mountTablePath, 'utf8'));
  } catch {
    // The magic number alone has to tell what file system it is.
    return undefined;
  }
}

/** Lines that do not have the form of proc(5) are left out. */
export function parseMountTable(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const mount = parseMount(line);
    if (mount) mounts.push(mount);
  }
  return mounts;
}

/**
 * The mount by its id; where the kernel does not tell the id (0), the topmost mount of the device.
 *
 * @param device `st_dev`, in decimal
 */
export function findMount(mounts: readonly Mount[], id: number, device: string): Mount | undefined {
  if (id > 0) return mounts.find((mount) => mount.id === id);
  const numbers = majorAndMinor(device);
  return mounts.findLast((mount) => mount.device === numbers);
}

/** As makedev(3) of glibc and musl packs them: 12 and 20 bits of each in the lower half, the rest in the upper. */
function majorAndMinor(device: string): string {
  const number = BigInt(device);
  const major = ((number >> 8n) & 0xfffn) | ((number >> 32n) & ~0xfffn);
  const minor = (number & 0xffn) | ((number >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

function parseMount(line: string): Mount | undefined {
  // The number of optional fields varies; a single hyphen ends them.
  const separator = line.indexOf(' - ');
  if (separator < 0) return undefined;
  const [id, , device, , mountPoint, mountOptions] = line.slice(0, separator).split(' ');
  const [type, source, superOptions] = line.slice(separator + 3).split(' ');
  if (!id || !device || !mountPoint || !type || source === undefined) return undefined;
  const options = [mountOptions ?? '', superOptions ?? ''].flatMap((list) => list.split(','));
  return {
    id: Number(id),
    device,
    mountPoint: decodeOctal(mountPoint),
    type: decodeOctal(type),
    source: decodeOctal(source),
    options: new Set(options.map(decodeOctal)),
  };
}

/** The kernel writes space, tab, line feed, backslash and `#` as `\040` and the like. Bytes, so UTF-8 is put together again. */
function decodeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  const latin1 = Buffer.from(text, 'utf8').toString('latin1');
  const decoded = latin1.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return Buffer.from(decoded, 'latin1').toString('utf8');
}
