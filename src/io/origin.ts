/** Characters of an origin; what another process has left behind is believed to be none where it is longer. */
export const longestOrigin = 1_000;
