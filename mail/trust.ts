import { z } from 'zod';
import { lazily } from '../protocol/lazily.js';
import { MAX_TRUST_BYTES } from '../protocol/limits.js';
import { ID_PATTERN } from '../protocol/id-pattern.js';
import { NAME_PATTERN, NAME_RULE } from '../protocol/names.js';
import { parsePolicy, readPolicyFile, type PolicyFile } from './policy-file.js';

/** The key of what holds for all recipients. */
export const EVERYBODY = '*';

/** `trust.json`: who may write to whom, by the user's own word. */
const trustSchema = lazily(() => {
  const name = z.string().regex(NAME_PATTERN, `is no agent name (${NAME_RULE})`);
  const recipient = z
    .string()
    .regex(/^(?:\*|[a-z0-9][a-z0-9-]{0,30})$/, `is neither "*" nor an agent name (${NAME_RULE})`);
  const id = z.string().regex(ID_PATTERN, 'is no message id');
  const lists = z.strictObject({
    allow: z.array(name).default([]),
    block: z.array(name).default([]),
    messages: z.array(id).default([]),
  });
  return z.strictObject({
    version: z.literal(1, { error: 'must be 1' }),
    agents: z.record(recipient, lists).default({}),
  });
});

/** What stands in the file, checked and completed. */
export type TrustDocument = z.infer<ReturnType<typeof trustSchema>>;

/** What the user has said of those who write to one recipient, or to all. */
export interface TrustLists {
  /** Senders that are not new. */
  allow: ReadonlySet<string>;
  block: ReadonlySet<string>;
  /** Ids of messages that were let through one by one. */
  messages: ReadonlySet<string>;
}

/** By recipient; {@link EVERYBODY} for all of them. */
export type Trust = ReadonlyMap<string, TrustLists>;

/** Reads a file that may be missing, broken or hostile. */
export function readTrust(path: string): PolicyFile<TrustDocument> {
  return readPolicyFile(path, MAX_TRUST_BYTES, parseTrust);
}

/**
 * Checks the content of a trust.json.
 *
 * @throws Cc2ccError E_USAGE whose message names the key at fault
 */
export function parseTrust(bytes: Uint8Array): TrustDocument {
  return parsePolicy(bytes, trustSchema());
}

export function trustOf({ agents }: TrustDocument): Trust {
  return new Map(
    Object.entries(agents).map(([name, { allow, block, messages }]) => [
      name,
      { allow: new Set(allow), block: new Set(block), messages: new Set(messages) },
    ]),
  );
}
