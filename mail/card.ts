import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { storeError } from '../protocol/errors.js';
import { listFolder } from '../protocol/list-folder.js';
import { isName, NAME_PATTERN } from '../protocol/names.js';
import { rootPaths } from '../protocol/paths.js';

/** `agents/<name>.json`: who an agent is or was. */
const cardSchema = z.looseObject({
  name: z.string().regex(NAME_PATTERN),
  session_id: z.string().optional(),
  host: z.string().optional(),
  cwd: z.string().optional(),
  /** What the agent said that it is doing. */
  summary: z.string().optional(),
  client: z.looseObject({ name: z.string(), version: z.string() }).optional(),
  since: z.string().optional(),
  /** The name that this agent bears now; mail for the old one goes there. */
  renamed_to: z.string().regex(NAME_PATTERN).optional(),
});

export type Card = z.infer<typeof cardSchema>;

export function writeCard(root: string, card: Card): void {
  const path = cardPath(root, card.name);
  try {
    writeFileAtomic.sync(path, `${JSON.stringify(card, null, 2)}\n`, { mode: 0o600, fsync: false });
  } catch (error) {
    throw storeError('write the agent card', path, error);
  }
}

/** @returns undefined for a missing or broken card */
export function readCard(root: string, name: string): Card | undefined {
  try {
    const result = cardSchema.safeParse(JSON.parse(readFileSync(cardPath(root, name), 'utf8')));
    return result.success ? result.data : undefined;
  } catch {
    return undefined; // a card can be rebuilt; nothing depends on one
  }
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
