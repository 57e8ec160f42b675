import { addAbortSignal } from 'node:stream';

/** All of standard input. @throws what the system says of it; an AbortError */
export async function readStandardInput(signal: AbortSignal): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of addAbortSignal(signal, process.stdin)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
