import type { Interruption } from './interruption.js';
import type { Output } from './output.js';

/** An option as parseArgs (node:util) takes it, with what the command's help page says of it. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  /** What stands for the value on the help page; of a string only. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  /** What follows the name on the command line besides options. */
  readonly operands: string;
  /** One sentence, for the list of commands and the head of the command's own page. */
  readonly summary: string;
  /** More, for the command's own page. */
  readonly about?: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** All of them, of a command that has others than most. */
  readonly exitCodes?: readonly (readonly [code: string, meaning: string])[];
  /** With the arguments after the name; resolves to the exit code. */
  run(args: readonly string[], output: Output, interruption: Interruption): Promise<number>;
}

export const rootOption: CommandOption = {
  type: 'string',
  value: 'DIR',
  help: 'The directory that must not be left. Default: the current directory.',
};

export const jsonOption: CommandOption = {
  type: 'boolean',
  help: 'Print one JSON value; errors too, on standard error.',
};
