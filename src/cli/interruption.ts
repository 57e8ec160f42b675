import { exitCodeOfSignal } from './exit-codes.js';

const endingSignals = ['SIGINT', 'SIGTERM'] as const;

/**
 * That the command is to end before its work is done: by a signal, or because nobody takes its output any more. Its calls
 * are aborted through `signal`, so that it leaves nothing behind; the process then ends with `exitCode`.
 */
export class Interruption {
  readonly #controller = new AbortController();
  #exitCode: number | undefined;
  #receiver: ((signal: NodeJS.Signals) => void) | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** undefined: the command has not been interrupted. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  listen(): void {
    for (const name of endingSignals) process.on(name, () => this.#received(name));
  }

  end(exitCode: number): void {
    this.#exitCode ??= exitCode;
    this.#controller.abort();
  }

  /** While `work` runs, signals that would end the command are given to `receiver` instead. */
  async handOver<T>(receiver: (signal: NodeJS.Signals) => void, work: () => Promise<T>): Promise<T> {
    this.#receiver = receiver;
    try {
      return await work();
    } finally {
      this.#receiver = undefined;
    }
  }

  #received(name: NodeJS.Signals): void {
    if (this.#receiver) this.#receiver(name);
    // Whoever asks twice does not want to wait for things to be put in order; a later workspace sweeps up what is left.
    else if (this.#controller.signal.aborted) process.exit(exitCodeOfSignal(name));
    else this.end(exitCodeOfSignal(name));
  }
}
