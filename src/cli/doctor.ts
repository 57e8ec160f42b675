import { type Diagnosis, diagnose, type Finding, type Severity } from '../doctor/index.js';
import { type Command, jsonOption } from './command.js';
import { absolute, countOption, parseCommandLine } from './command-line.js';
import type { Interruption } from './interruption.js';
import type { Output } from './output.js';
import { wrapped } from './text.js';
import { UsageError } from './usage.js';

/** By severity, which leaves 2 to problems: a wrong command line is EX_USAGE of sysexits.h. */
const exitCodes: Readonly<Record<Severity, number>> = { ok: 0, note: 0, warning: 1, problem: 2 };
const wrongUsage = 64;

const signs: Readonly<Record<Severity, string>> = { ok: 'ok', note: 'note', warning: 'WARNING', problem: 'PROBLEM' };
const signWidth = 7;
const fallbackColumns = 100;
const leastColumns = 50;

/** `doctor [PATH]`: what the file system at PATH really does, and what to change. */
export const doctorCommand: Command = {
  name: 'doctor',
  operands: '[PATH]',
  summary: 'Show what the file system at PATH really does, and what to change.',
  about: 'PATH is the current directory unless it is given. What is written for it is removed again.',
  options: {
    'watch-timeout': {
      type: 'string',
      value: 'MS',
      help: 'Wait so long for the event of a file that was written (default 1000).',
    },
    json: jsonOption,
  },
  exitCodes: [
    ['0', 'All is as it should be.'],
    ['1', 'There are warnings.'],
    ['2', 'There are problems, or PATH cannot be looked at.'],
    ['64', 'The command line is wrong.'],
    ['128+n', 'Signal n ended the command (130: SIGINT, 143: SIGTERM); what it had written was removed.'],
  ],
  run: doctor,
};

async function doctor(args: readonly string[], output: Output, interruption: Interruption): Promise<number> {
  try {
    const line = parseCommandLine(args, doctorCommand.options, { least: 0, most: 1, what: 'one PATH' });
    const watchTimeoutMs = countOption('--watch-timeout', line.text('watch-timeout'));
    const [path = '.'] = line.positionals;
    const diagnosis = await diagnose(absolute(path), { watchTimeoutMs, signal: interruption.signal });
    output.value(diagnosis);
    for (const text of reportOf(diagnosis, process.stdout.columns ?? fallbackColumns)) output.line(text);
    return exitCodes[diagnosis.severity];
  } catch (error) {
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    output.error(error);
    if (!(error instanceof UsageError)) return exitCodes.problem;
    output.remark("Try 'ploke-io doctor --help'.");
    return wrongUsage;
  }
}

/** The report as lines of at most so many columns. */
function reportOf(diagnosis: Diagnosis, columns: number): string[] {
  const { path, directory, findings } = diagnosis;
  const what = path === directory ? path : `${path} (in ${directory})`;
  const lines = [`ploke-io doctor: ${what}`, ''];
  for (const finding of findings) lines.push(...linesOf(finding, Math.max(columns, leastColumns)));
  return [...lines, '', summaryOf(findings)];
}

function linesOf({ severity, title, detail, advice }: Finding, columns: number): string[] {
  const indent = ' '.repeat(signWidth + 2);
  const width = columns - indent.length;
  const [first = '', ...rest] = wrapped(`${title}: ${detail}`, width);
  const advised = advice === undefined ? [] : wrapped(`→ ${advice}`, width);
  return [`${signs[severity].padEnd(signWidth)}  ${first}`, ...[...rest, ...advised].map((text) => `${indent}${text}`)];
}

function summaryOf(findings: readonly Finding[]): string {
  const numberOf = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  const told = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  const [problems, warnings, notes] = [numberOf('problem'), numberOf('warning'), numberOf('note')];
  if (problems + warnings === 0) return `All is as it should be (${told(notes, 'note')}).`;
  return `${told(problems, 'problem')}, ${told(warnings, 'warning')}, ${told(notes, 'note')}.`;
}
