import { PlokeIoError } from '../index.js';
import { StatusLine } from './status-line.js';
import { CommandError, UsageError } from './usage.js';

/** Where a command prints to: text for people, or with --json one JSON value. No colours. */
export class Output {
  readonly json: boolean;
  readonly #status: StatusLine;

  constructor(json: boolean) {
    this.json = json;
    this.#status = new StatusLine(!json);
  }

  /** A line for people; nothing with --json. */
  line(text = ''): void {
    if (!this.json) this.#print(process.stdout, `${text}\n`);
  }

  /** A remark beside the output proper; nothing with --json. */
  remark(text: string): void {
    if (!this.json) this.#print(process.stderr, `${text}\n`);
  }

  /** The value that --json prints; nothing without. */
  value(value: unknown): void {
    if (this.json) this.#print(process.stdout, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** One of many values, on a line of its own; nothing without --json. */
  jsonLine(value: unknown): void {
    if (this.json) this.#print(process.stdout, `${JSON.stringify(value)}\n`);
  }

  /** The same beside the output proper, for a command whose standard output is another program's. */
  jsonRemark(value: unknown): void {
    if (this.json) this.#print(process.stderr, `${JSON.stringify(value)}\n`);
  }

  raw(bytes: Uint8Array): void {
    this.#print(process.stdout, bytes);
  }

  error(thrown: unknown): void {
    this.#print(process.stderr, this.json ? `${JSON.stringify(describeError(thrown), null, 2)}\n` : errorText(thrown));
  }

  /** How far long work is, on a terminal only; whatever is printed next takes its place. */
  progress(text: string): void {
    this.#status.show(text);
  }

  endProgress(): void {
    this.#status.erase();
  }

  #print(stream: NodeJS.WriteStream, data: string | Uint8Array): void {
    this.#status.erase();
    stream.write(data);
  }
}

/** An error as data: a PlokeIoError as its toJSON has it. */
export function describeError(thrown: unknown): Record<string, unknown> {
  const stack = stackOf(thrown);
  if (thrown instanceof PlokeIoError) return { ...thrown.toJSON(), ...stack };
  if (thrown instanceof Error) return { name: thrown.name, message: thrown.message, ...stack };
  return { message: String(thrown) };
}

function errorText(thrown: unknown): string {
  const lines = [`ploke-io: ${thrown instanceof Error ? thrown.message : String(thrown)}`];
  if (thrown instanceof PlokeIoError) {
    if (thrown.expectedHash !== undefined) lines.push(`  expected ${thrown.expectedHash}`);
    if (thrown.actualHash !== undefined) lines.push(`  found    ${thrown.actualHash ?? 'nothing'}`);
    if (thrown.code === 'ERR_PLOKE_OUTSIDE_ROOTS')
      lines.push('  Here the only root is that of --root, by default the current directory.');
  }
  const { stack } = stackOf(thrown);
  if (stack !== undefined) lines.push(stack);
  else if (isUnexpected(thrown)) lines.push('  This should not have happened. PLOKE_IO_DEBUG=1 prints where it did.');
  return `${lines.join('\n')}\n`;
}

/** Of what no user can have caused, and only where it was asked for. */
function stackOf(thrown: unknown): { readonly stack?: string } {
  const isAsked = process.env.PLOKE_IO_DEBUG === '1';
  if (!isAsked || !isUnexpected(thrown) || !(thrown instanceof Error) || thrown.stack === undefined) return {};
  const cause = thrown.cause instanceof Error ? `\ncaused by ${thrown.cause.stack}` : '';
  return { stack: thrown.stack + cause };
}

function isUnexpected(thrown: unknown): boolean {
  if (thrown instanceof UsageError || thrown instanceof CommandError) return false;
  if (thrown instanceof PlokeIoError) return thrown.severity === 'internal';
  // What the system says of standard input or output, or of a program to be started.
  return !(thrown instanceof Error && 'syscall' in thrown);
}
