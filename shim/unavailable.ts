import { reportOf } from '../protocol/errors.js';
import type { Pending } from './pending.js';
import { errorLine } from './rpc.js';

/** JSON-RPC code of "no daemon could be had", from the range that is left to servers. */
export const UNAVAILABLE = -32001;

/**
 * The answer to a request that no daemon could be found for.
 *
 * @param cause why, as the last attempt to reach one said
 */
export function unavailableAnswer(request: Pending, cause: unknown): Buffer {
  const { code, message, hint = 'See: cc2cc-daemon status' } = reportOf(cause);
  // What a daemon was given before it died may have been done: a sender must not be told "failed".
  const doubt =
    request.sends > 0 && request.method === 'tools/call'
      ? ' A daemon had this call before it went away, so it may or may not have been carried out.'
      : '';
  return errorLine(request.id, UNAVAILABLE, `cc2cc: ${message} ${hint}${doubt}`, { code, hint });
}
