import { acceptAddon } from './load.js';

/**
 * Gives ploke-io its native addon, for programs that a bundler has put into one file: the `require` of the binary is then
 * in the program, where the bundler sees it and copies the file. To be called in each thread, before the first
 * `openWorkspace`.
 *
 * @example
 * ```js
 * import { provideNativeAddon } from 'ploke-io/native';
 * provideNativeAddon(require('ploke-io/prebuilds/linux-x64/ploke-io.glibc.node'));
 * ```
 * @throws ERR_PLOKE_NATIVE_MISSING when it is not the addon of this version of the package.
 */
export function provideNativeAddon(addon: object): void {
  acceptAddon(addon);
}
