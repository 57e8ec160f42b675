import type { TreeView } from '../../src/events/tree-view.js';
import type { Listing } from './replay.js';

/** Shows a listing, as it is when it is asked, as the tree below one root. */
export function listingView(root: string, listing: () => Listing): TreeView {
  return {
    lookup: (path) => {
      const entry = listing().get(path);
      return entry && { root, ...entry };
    },
    *below(path) {
      // In the order of the text, a directory comes before what is in it.
      const paths = [...listing().keys()].filter((each) => each.startsWith(`${path}/`)).sort();
      for (const each of paths) {
        const entry = listing().get(each);
        if (entry) yield { root, path: each, ...entry };
      }
    },
    rootOf: (path) => (path.startsWith(`${root}/`) ? root : undefined),
  };
}
