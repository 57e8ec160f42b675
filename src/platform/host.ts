/**
 * The one place that asks what system this is. Whatever depends on it takes it as a parameter with this default, so that the
 * rules of each system are tested on every other one.
 */
export const hostPlatform: NodeJS.Platform = process.platform;
