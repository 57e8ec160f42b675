import { packSnippetRequests as pack } from '../io/snippet-requests.js';
import type { SnippetRequest, SnippetRequestSet } from '../types.js';

/**
 * Packs the requests of a readSnippets once, so that reading them again costs no check and no conversion. Immutable; iterates
 * as `SnippetRequest`.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for the first that is no SnippetRequest; whether a path is absolute and under a root is
 * judged when it is read, request by request
 */
export function packSnippetRequests(requests: Iterable<SnippetRequest>): SnippetRequestSet {
  return pack(requests);
}
