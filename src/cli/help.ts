import type { Command } from './command.js';
import { wrapped } from './text.js';

type Row = readonly [term: string, text: string];

const lineWidth = 120;

const commonExitCodes: readonly Row[] = [
  ['0', 'Done.'],
  ['1', 'Failed: something was refused, missing or not as expected.'],
  ['2', 'The command line is wrong; nothing has been done.'],
  ['128+n', 'Signal n ended the command (130: SIGINT, 143: SIGTERM); what it had begun was put in order.'],
];

/** What `ploke-io --help` prints. */
export function overview(commands: readonly Command[]): string {
  return page([
    'Usage: ploke-io COMMAND [OPTION...] [ARGUMENT...]',
    'Reads and writes files below one directory and nowhere else, verified by hash, durably.',
    section(
      'Commands',
      commands.map(({ name, operands, summary }) => [[name, operands].filter(Boolean).join(' '), summary]),
    ),
    section('Options', [
      ['--json', 'Print one JSON value (watch: one a line); errors too, on standard error.'],
      ['-h, --help', 'Print this text, or after a command what there is to know of it.'],
      ['--version', 'Print the version.'],
    ]),
    section('Exit codes', commonExitCodes),
    section('Environment', [
      ['PLOKE_IO_DEBUG=1', 'Print the stack of an error that should not have happened.'],
      ['PLOKE_IO_FD_LIMIT', 'How many files are open at once at most.'],
    ]),
  ]);
}

/** What `ploke-io COMMAND --help` prints. */
export function pageOf({ name, operands, summary, about, options, exitCodes = commonExitCodes }: Command): string {
  const rows = Object.entries(options).map(
    ([option, { value, help }]): Row => [`--${option}${value === undefined ? '' : ` ${value}`}`, help],
  );
  return page([
    `Usage: ploke-io ${name} [OPTION...] ${operands}`.trimEnd(),
    summary,
    ...(about === undefined ? [] : [wrapped(about, lineWidth).join('\n')]),
    section('Options', [...rows, ['-h, --help', 'Print this text.']]),
    section('Exit codes', exitCodes),
  ]);
}

function page(parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

function section(title: string, rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([term]) => term.length));
  const margin = ' '.repeat(width + 4);
  const lines = rows.flatMap(([term, text]) =>
    wrapped(text, lineWidth - margin.length).map(
      (line, index) => (index === 0 ? `  ${term.padEnd(width + 2)}` : margin) + line,
    ),
  );
  return `${title}:\n${lines.join('\n')}`;
}
