import assert from 'node:assert/strict';
import { checkEnded, endsOf } from './checks/ended.js';
import { checkEvident } from './checks/evident.js';
import { checkGenuine } from './checks/genuine.js';
import { checkKept } from './checks/kept.js';
import { checkOrdered } from './checks/ordered.js';
import { checkReceipts } from './checks/receipts.js';
import { checkSights } from './checks/sights.js';
import { checkTidy } from './checks/tidy.js';
import { checkTold } from './checks/told.js';
import { readEnding } from './ending.js';
import type { Entry } from './entry.js';
import type { History } from './history.js';
import { makeLedger } from './ledger.js';
import type { Invariant, Violation } from './violation.js';

/** So many of each invariant are shown where a history fails, each with so many entries. */
const SHOWN = 4;
const STORY = 12;

/**
 * Holds a history against the invariants and against the files of its root, once the daemon has ended.
 *
 * @returns each breach of an invariant; none for a good run
 */
export function checkHistory(history: History, root: string): Violation[] {
  const ledger = makeLedger(history, readEnding(root));
  const ends = endsOf(ledger);
  return [
    ...checkKept(ledger),
    ...checkGenuine(ledger),
    ...checkEnded(ledger, ends, root),
    ...checkReceipts(ledger, ends),
    ...checkEvident(ledger, ends),
    ...checkSights(ledger, ends),
    ...checkOrdered(ledger),
    ...checkTold(ledger, ends),
    ...checkTidy(ledger),
  ];
}

/** Fails with the first breaches, and with what happened to the messages that they are about. */
export function assertHistory(history: History, root: string): void {
  const violations = checkHistory(history, root);
  assert.equal(violations.length, 0, describeViolations(history, violations));
}

export function describeViolations(history: History, violations: readonly Violation[]): string {
  const counts = new Map<Invariant, number>();
  const shown = violations.filter(({ invariant }) => {
    const count = (counts.get(invariant) ?? 0) + 1;
    counts.set(invariant, count);
    return count <= SHOWN;
  });
  const parts = shown.map(({ invariant, about, detail }) => {
    const story = storyOf(history, `${about} ${detail}`).map((line) => `\n      ${line}`);
    return `  ${invariant}: ${about} ${detail}${story.join('')}`;
  });
  const more = violations.length - shown.length;
  const last = more > 0 ? [`  and ${more} more`] : [];
  return [`${violations.length} breaches:`, ...parts, ...last].join('\n');
}

/** The entries about the messages that a text names. */
function storyOf({ entries }: History, text: string): string[] {
  const ids: readonly string[] = text.match(/msg-[\w-]+/g) ?? [];
  const refs = new Set(
    entries.flatMap((entry) =>
      entry.kind === 'accepted' && ids.some((id) => entry.ids.includes(id)) ? entry.ref : [],
    ),
  );
  const isAbout = (entry: Entry): boolean => {
    if ('ref' in entry && refs.has(entry.ref)) return true;
    return 'id' in entry && ids.includes(entry.id);
  };
  return entries
    .filter(isAbout)
    .slice(0, STORY)
    .map((entry) => JSON.stringify(entry).slice(0, 400));
}
