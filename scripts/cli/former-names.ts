import { cardNames, readCard } from '../../mail/card.js';

/** Names whose cards lead to this one, sorted. */
export function formerNames(root: string, name: string): string[] {
  const renamed = cardNames(root).map((from) => [from, readCard(root, from)?.renamed_to] as const);
  const found = new Set<string>();
  // Cards can point in a circle, so each name is followed once.
  const wanted = [name];
  for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
    for (const [from, to] of renamed) {
      if (to !== next || from === name || found.has(from)) continue;
      found.add(from);
      wanted.push(from);
    }
  }
  return [...found].sort();
}
