// @ts-check
// What sanitizers write into their logs, cut into single reports.

/**
 * How every frame is written: with its module, so that it can be told whose it is ("stack_trace_format" of the sanitizers'
 * common flags; %M is the module with the offset).
 */
export const frameFormat = `'    #%n %F %S %M'`;

const beginnings = [
  /^==\d+==ERROR: AddressSanitizer/,
  /^(Direct|Indirect) leak of \d+ byte/,
  /^WARNING: ThreadSanitizer/,
  /: runtime error: /,
];
/** What is between the reports of one log, or ends one. */
const between = [/^={10,}$/, /^==\d+==ERROR: LeakSanitizer/, /^SUMMARY: /];

/** @param {string} text of a log @returns {string[]} */
export function splitReports(text) {
  /** @type {string[][]} */
  const reports = [];
  let isInside = false;
  for (const line of text.split('\n')) {
    if (beginnings.some((pattern) => pattern.test(line))) {
      reports.push([line]);
      isInside = true;
    } else if (between.some((pattern) => pattern.test(line))) isInside = false;
    else if (isInside) reports.at(-1)?.push(line);
  }
  return reports.map((lines) => lines.join('\n').trimEnd());
}

/** Whether a frame of this module is in a report. @param {string} report @param {string} module its file's name */
export function isAbout(report, module) {
  return report.split('\n').some((line) => /^\s+#\d+ /.test(line) && line.includes(`${module}+0x`));
}

/**
 * What Node allocates for an object of its own and frees with it: an External when it is collected, a promise when it is
 * settled. Where an environment ends there is neither, and no function of Node-API frees it then.
 */
const ownedByNode = new Set(['napi_create_external', 'napi_create_promise']);

/**
 * Whether a report is of such memory, 40 and 8 bytes each, and not of what the addon allocates beside it. A promise that is
 * never settled in an environment that goes on is not told from it: whoever awaits it would hang.
 *
 * @param {string} report
 */
export function isNodesLeak(report) {
  if (!/^(Direct|Indirect) leak of /.test(report)) return false;
  const [, caller = ''] = report.split('\n').filter((line) => /^\s+#\d+ /.test(line));
  const [, name = ''] = /^\s+#1 (?:in )?(\w+) .*\(node\+0x/.exec(caller) ?? [];
  return ownedByNode.has(name);
}

/** A report's kind, without what differs from run to run. @param {string} report @returns {string} */
export function kindOf(report) {
  const [first = ''] = report.split('\n');
  return first
    .replace(/^==\d+==ERROR: /, '')
    .replace(/ on (unknown )?address .*/, '')
    .replace(/\bleak of .*/, 'leak')
    .replace(/ \(pid=\d+\)/, '');
}
