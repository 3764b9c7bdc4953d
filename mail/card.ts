import { join } from 'node:path';
import { z } from 'zod';
import { checkBy } from '../protocol/check-by.js';
import { Cc2ccError, storeError } from '../protocol/errors.js';
import { parseJson } from '../protocol/json.js';
import { lazily } from '../protocol/lazily.js';
import { MAX_CARD_BYTES } from '../protocol/limits.js';
import { listFolder } from '../protocol/list-folder.js';
import { isName, NAME_PATTERN } from '../protocol/names.js';
import { readOwnFile } from '../protocol/own-file.js';
import { folderFault, secureFolder } from '../protocol/own-folder.js';
import { rootPaths } from '../protocol/paths.js';
import { descriptionOf, shownLine, skillsOf, summaryOf, type Profile } from './profile.js';
import { replaceFile } from '../protocol/replace-file.js';

const skillSchema = lazily(() =>
  z.looseObject({
    id: z.string(),
    name: z.string(),
    description: z.string().optional().catch(undefined),
    tags: z.array(z.string()).optional().catch(undefined),
  }),
);

/**
 * `agents/<name>.json`: who an agent is or was. `name`, `description`, `version` and `skills` are those
 * of A2A's AgentCard, the rest is ours.
 */
const cardSchema = lazily(() =>
  z.looseObject({
    name: z.string().regex(NAME_PATTERN),
    // What is only shown must not spoil the rest.
    description: z.string().optional().catch(undefined),
    /** Of the agent, which is the client. */
    version: z.string().optional().catch(undefined),
    skills: z
      .array(skillSchema().nullable().catch(null))
      .transform((skills) => skills.filter((skill) => skill !== null))
      .optional()
      .catch(undefined),
    session_id: z.string().optional(),
    host: z.string().optional(),
    cwd: z.string().optional(),
    /** What the agent said that it is doing. */
    summary: z.string().optional(),
    client: z.looseObject({ name: z.string(), version: z.string() }).optional(),
    since: z.string().optional(),
    /** The name that this agent bears now; mail for the old one goes there. */
    renamed_to: z.string().regex(NAME_PATTERN).optional(),
  }),
);

export type Card = z.infer<ReturnType<typeof cardSchema>>;

/** A card whose texts can be shown on a terminal or to a model: one line each, and none is long. */
export interface ShownCard extends Profile {
  name: string;
  version: string | undefined;
  client: { name: string; version: string } | undefined;
  cwd: string | undefined;
  since: string | undefined;
  sessionId: string | undefined;
  host: string | undefined;
  renamedTo: string | undefined;
}

export function writeCard(root: string, card: Card): void {
  const path = cardPath(root, card.name);
  try {
    secureFolder(rootPaths(root).agents);
    replaceFile(path, `${JSON.stringify(card, null, 2)}\n`, { fsync: false });
  } catch (error) {
    if (error instanceof Cc2ccError) throw error;
    throw storeError('write the agent card', path, error);
  }
}

/** @returns undefined for a missing, broken or hostile card */
export function readCard(root: string, name: string): Card | undefined {
  try {
    if (folderFault(rootPaths(root).agents) !== undefined) return undefined;
    const file = readOwnFile(cardPath(root, name), MAX_CARD_BYTES);
    if (file.kind !== 'bytes') return undefined;
    const result = checkBy(cardSchema(), parseJson(file.bytes));
    return result.success ? result.data : undefined;
  } catch {
    return undefined; // a card can be rebuilt; nothing depends on one
  }
}

/** What may be shown of a card, which anybody may have written. */
export function shownCard(card: Card): ShownCard {
  const { client } = card;
  const line = (text: string | undefined, length = 200): string | undefined =>
    text === undefined ? undefined : shownLine(text, length);
  return {
    name: card.name,
    summary: summaryOf(card.summary ?? ''),
    description: descriptionOf(card.description ?? ''),
    skills: skillsOf(card.skills ?? []),
    version: line(card.version, 60),
    client:
      client === undefined
        ? undefined
        : { name: line(client.name, 60) ?? '', version: line(client.version, 60) ?? '' },
    cwd: line(card.cwd, 1000),
    since: line(card.since, 40),
    sessionId: line(card.session_id, 100),
    host: line(card.host, 100),
    renamedTo: card.renamed_to,
  };
}

/** Names that have a card. */
export function cardNames(root: string): string[] {
  return listFolder(rootPaths(root).agents)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter(isName);
}

function cardPath(root: string, name: string): string {
  return join(rootPaths(root).agents, `${name}.json`);
}
