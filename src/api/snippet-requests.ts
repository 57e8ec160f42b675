import { packSnippetRequests as pack } from '../io/snippet-requests.js';
import type { SnippetRequest, SnippetRequestSet } from '../types.js';

/**
 * Packs the requests of a readSnippets once, so that reading them again costs no check and no conversion. Immutable; iterates
 * as `SnippetRequest`.
 *
 * @example
 * ```ts
 * const headers = packSnippetRequests([
 *   { path: `${root}/notes.txt`, start: 0, end: 3 },
 *   { path: `${root}/README.md`, start: 0, end: 9 },
 * ]);
 * const texts = (await workspace.readSnippets(headers)).map((result) => result.status === 'fulfilled' && result.value.text);
 * console.log(texts.join()); // → one,# Project
 * ```
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for the first that is no SnippetRequest; whether a path is absolute and under a root is
 * judged when it is read, request by request
 */
export function packSnippetRequests(requests: Iterable<SnippetRequest>): SnippetRequestSet {
  return pack(requests);
}
