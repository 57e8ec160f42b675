import { sep } from 'node:path';
import type { MutationResult, PlokeIoError } from '../types.js';
import type { Output } from './output.js';
import { receiptText } from './receipt-text.js';

interface Check {
  readonly what: string;
  readonly holds: boolean;
}
interface Step {
  readonly title: string;
  readonly lines: string[];
  readonly checks: Check[];
}

/** What the demo shows and checks, printed as it happens and kept for --json. */
export class DemoReport {
  readonly #output: Output;
  readonly #folder: string;
  readonly #steps: Step[] = [];

  /** @param folder left out of the paths that are printed */
  constructor(output: Output, folder: string) {
    this.#output = output;
    this.#folder = folder;
  }

  begin(title: string): void {
    this.#steps.push({ title, lines: [], checks: [] });
    this.#output.line(`\n${this.#steps.length}. ${title}`);
  }

  say(text: string): void {
    const line = text.replaceAll(this.#folder + sep, '');
    this.#steps.at(-1)?.lines.push(line);
    this.#output.line(`   ${line}`);
  }

  /** On a terminal, until the next line. */
  progress(text: string): void {
    this.#output.progress(`   ${text}`);
  }

  /** A line for each line of the text. */
  quote(text: string): void {
    for (const line of text.replace(/\n$/, '').split('\n')) this.say(`| ${line}`);
  }

  receipt(result: MutationResult): void {
    this.say(`${result.outcome} ${result.path}`);
    this.say(`receipt: ${receiptText(result.receipt)}`);
    for (const { code, message } of result.warnings) this.say(`warning ${code}: ${message}`);
  }

  refusal(error: PlokeIoError): void {
    this.say(`refused with ${error.code}: ${error.message}`);
  }

  /** Notes whether something holds that has to; one that does not makes the demo fail. */
  check(what: string, holds: boolean): void {
    this.#steps.at(-1)?.checks.push({ what, holds });
    this.#output.line(`   ${holds ? '✓' : '✗ SURPRISE:'} ${what}`);
  }

  get checks(): number {
    return this.#allChecks().length;
  }

  get surprises(): readonly string[] {
    return this.#allChecks().flatMap(({ what, holds }) => (holds ? [] : [what]));
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  #allChecks(): readonly Check[] {
    return this.#steps.flatMap(({ checks }) => checks);
  }
}
