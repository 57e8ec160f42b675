/** Calls of one file each, one after another. */
export async function readOneByOne(workspace, paths) {
  const results = [];
  for (const path of paths) results.push(await workspace.readFile(path));
  return results;
}
