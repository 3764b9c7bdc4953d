import { mailboxPaths } from '../protocol/paths.js';
import { currentName, type Registry } from './directory.js';
import { findMail, isInMailbox } from './find-mail.js';
import type { Keyring } from './keyring.js';
import type { Acquaintance } from './standing.js';

/** Cards are files: of names that are asked for again and again they are not read each time. */
const FRESH_MS = 1_000;

/** Names that are remembered at most; then all are forgotten. */
const MAX_NAMES = 1_000;

/** What the files tell, and whoever knows who is attached. */
export function acquaintanceOf(registry: Registry, keys: Keyring): Acquaintance {
  const { root } = registry;
  const known = new Map<string, { name: string; at: number }>();
  const nameNow = (name: string): string => {
    const now = performance.now();
    const found = known.get(name);
    if (found !== undefined && now - found.at < FRESH_MS) return found.name;
    if (known.size >= MAX_NAMES) known.clear();
    const current = currentName(registry, name);
    known.set(name, { name: current, at: now });
    return current;
  };
  return {
    currentName: nameNow,
    renamed: () => {
      known.clear();
    },
    hasWritten: (to, from, id) => {
      if (!isInMailbox(mailboxPaths(root, from), id)) return false;
      const found = findMail(root, from, id, keys);
      // Unsigned, it may have been put there by who wants to answer it.
      if (found?.signature !== 'verified' || found.message.broadcast === true) return false;
      return found.message.from === to || nameNow(found.message.from) === to;
    },
  };
}
