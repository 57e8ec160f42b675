// @ts-check

/** The text in a file up to a zero byte. @param {Buffer} file @param {number} at */
export function textAt(file, at) {
  const end = file.indexOf(0, at);
  if (at < 0 || at >= file.length || end < 0) throw new RangeError(`text at ${at}`);
  return file.toString('latin1', at, end);
}
