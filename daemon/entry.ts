import type { DeliveryState, LaneName } from '../mail/delivery.js';
import type { SignatureState } from '../mail/signing.js';
import type { TrustSubject } from '../mail/standing.js';
import type { RuleSubject } from '../mail/rulings.js';
import type { Message } from '../protocol/envelope.js';

/** Where a message stands in queue order: by the time of sending, then by id. */
export interface Place {
  id: string;
  sentAt: number;
}

/** A message of an attached agent that no evidence says was seen. */
export interface Entry extends Place {
  expiresAt: number;
  /** What rules.json looks at. */
  subject: RuleSubject;
  /** What trust.json looks at. */
  trust: TrustSubject;
  /** `accepted`, or `pushed` as long as nobody knows whether the model was given it. */
  state: DeliveryState;
  /** When that changed, on a clock that nobody sets. */
  at: number;
  /** Lanes that brought no sign of it, one for each attempt. */
  tried: LaneName[];
  /** It may have been given to the model before: it is offered with a warning. */
  repeated: boolean;
  /** Named in a push with the way to read it, not handed over. */
  held: boolean;
  /** On its way out in a tool result or a hook's context; nobody else must take it too. */
  taken: boolean;
  /** The model was given it; the file is about to be moved. */
  seen: boolean;
  /** What its signature tells. */
  signature: SignatureState;
  /** The content, as long as it is not in the file or the scan that read it has not ended. */
  message: Message | undefined;
  /** Resolves when the file is durable; undefined when it always was. */
  committed: Promise<unknown> | undefined;
}

/** Queue order. */
export function byPlace(a: Place, b: Place): number {
  return a.sentAt - b.sentAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Sorts entries as they stand in the queue. */
export function inOrder(entries: Entry[]): Entry[] {
  return entries.sort(byPlace);
}
