import { PlokeIoError } from '../index.js';

/** Where a command prints to: text for people, or with --json one JSON value. */
export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /** A line for people; nothing with --json. */
  line(text = ''): void {
    if (!this.json) process.stdout.write(`${text}\n`);
  }

  /** A remark beside the output proper; nothing with --json. */
  remark(text: string): void {
    if (!this.json) process.stderr.write(`${text}\n`);
  }

  /** The value that --json prints; nothing without. */
  value(value: unknown): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** One of many values, on a line of its own; nothing without --json. */
  jsonLine(value: unknown): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value)}\n`);
  }

  raw(bytes: Uint8Array): void {
    process.stdout.write(bytes);
  }

  error(thrown: unknown): void {
    process.stderr.write(this.json ? `${JSON.stringify(describeError(thrown), null, 2)}\n` : errorText(thrown));
  }
}

/** An error as data: a PlokeIoError as its toJSON has it. */
export function describeError(thrown: unknown): Record<string, unknown> {
  if (thrown instanceof PlokeIoError) return thrown.toJSON();
  if (thrown instanceof Error) return { name: thrown.name, message: thrown.message };
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
  return `${lines.join('\n')}\n`;
}
