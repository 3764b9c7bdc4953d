import type { HopPush } from '../protocol/hop.js';
import { isMessageId } from '../protocol/id-pattern.js';
import type { Id } from './rpc.js';

/** A daemon's request to write to the session's own socket. */
export interface PushRequest {
  id: Id;
  push: HopPush;
}

/** What a daemon asks to be written; undefined where it makes no sense. */
export function readPush(params: Record<string, unknown>): HopPush | undefined {
  const { content, ids } = params;
  if (typeof content !== 'string' || !Array.isArray(ids) || !ids.every(isMessageId)) {
    return undefined;
  }
  return { content, ids };
}
