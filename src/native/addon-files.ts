import { join } from 'node:path';
import { type CLibrary, cLibraryOf } from './c-library.js';

/** What decides which binary fits. */
export interface Host {
  readonly platform: string;
  readonly arch: string;
  /** undefined where the system has one C library. */
  readonly libc: CLibrary | undefined;
}

/** `scripts/prebuild/targets.mjs` makes them; on Linux there is one for each C library. */
const published = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];

let current: Host | undefined;

/** The running process, looked at once. */
export function thisHost(): Host {
  const { platform, arch, execPath } = process;
  current ??= { platform, arch, libc: platform === 'linux' ? cLibraryOf(execPath) : undefined };
  return current;
}

/** The binary that the package brings for a host, below the package's folder; undefined: none is published. */
export function prebuildName({ platform, arch, libc }: Host): string | undefined {
  if (!published.includes(`${platform}-${arch}`)) return undefined;
  return join('prebuilds', `${platform}-${arch}`, libc === undefined ? 'ploke-io.node' : `ploke-io.${libc}.node`);
}

/** Where the addon may be below a folder: what was compiled here comes before what the package brought (as in node-gyp-build). */
export function addonFiles(directory: string, host: Host): string[] {
  const prebuild = prebuildName(host);
  return [
    join(directory, 'build', 'Release', 'ploke_io.node'),
    join(directory, 'build', 'Debug', 'ploke_io.node'),
    ...(prebuild === undefined ? [] : [join(directory, prebuild)]),
  ];
}
