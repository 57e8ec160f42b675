/** How paths are shown where people and machines other than the caller may see them. */
export interface PathRedactor {
  path(path: string): string;
}

/** Paths as they are. */
export const unredacted: PathRedactor = { path: (path) => path };
