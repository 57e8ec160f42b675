/**
 * The instructions that a file of callgrind's counts, summed by what `partOf` says of object file and function.
 *
 * The format is in callgrind's manual, "Callgrind Format Specification": cost lines after `ob=` and `fn=` are those of the
 * function itself; the one after `calls=` is what the called function has counted already. Names are given once, as
 * `(7) name`, and `(7)` afterwards, with numbers that `cob=` and `cfn=` share.
 *
 * @param {string} text
 * @param {(object: string, name: string) => string | undefined} partOf
 * @returns {Map<string, number>}
 */
export function instructionsOf(text, partOf) {
  const names = { ob: new Map(), fn: new Map() };
  const current = { ob: '', fn: '' };
  const sums = new Map();
  let isOfCall = false;
  for (const line of text.split('\n')) {
    const given = /^(c?)(ob|fn)=(\(\d+\))?(?: ?(.*))$/.exec(line);
    if (given) {
      const [, called, kind, number, name] = given;
      if (number && name) names[kind].set(number, name);
      if (!called) current[kind] = name || names[kind].get(number) || '';
    } else if (line.startsWith('calls=')) {
      isOfCall = true;
    } else if (/^[\d+*-]/.test(line)) {
      const part = isOfCall ? undefined : partOf(current.ob, current.fn);
      if (part !== undefined) sums.set(part, (sums.get(part) ?? 0) + Number(line.slice(line.lastIndexOf(' ') + 1)));
      isOfCall = false;
    }
  }
  return sums;
}
