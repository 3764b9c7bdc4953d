import { randomInt } from 'node:crypto';
import { ADJECTIVES, ANIMALS } from './name-words.js';

/** The name rule. A name is a folder name and an attribute value: nothing else may pass. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,30}$/;
export const NAME_RULE =
  'lower-case letters, digits and hyphens, at most 31, not starting with a hyphen';

export function isName(value: string): boolean;
export function isName(value: unknown): value is string;
export function isName(value: unknown): boolean {
  return typeof value === 'string' && NAME_PATTERN.test(value);
}

/** A random adjective-animal. Uniqueness is the claimer's business. */
export function randomName(): string {
  const pick = (words: readonly string[]): string => words[randomInt(words.length)] ?? 'agent';
  return `${pick(ADJECTIVES)}-${pick(ANIMALS)}`;
}

/** The n-th variant of a wished name: `name`, `name-2`, `name-3`, cut so that it stays a name. */
export function variantOf(name: string, n: number): string {
  if (n <= 1) return name;
  const suffix = `-${n}`;
  return name.slice(0, 31 - suffix.length) + suffix;
}

/** Names among `known` that `wanted` was probably meant to be, nearest first, at most `max`. */
export function nearNames(wanted: string, known: Iterable<string>, max = 3): string[] {
  const wish = wanted.toLowerCase();
  const ranked: { name: string; distance: number }[] = [];
  for (const name of known) {
    const [short, long] = name.length < wish.length ? [name, wish] : [wish, name];
    const part = short.length > 2 && long.includes(short);
    const distance = part ? 1 : editDistance(wish, name);
    // A third of the letters wrong is a typing slip; more is another name.
    if (distance <= Math.max(2, Math.floor(name.length / 3))) ranked.push({ name, distance });
  }
  ranked.sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name));
  return ranked.slice(0, max).map(({ name }) => name);
}

/** Levenshtein distance; names are at most 31 letters, so the plain table will do. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, swap));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
