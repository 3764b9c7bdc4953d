/** What a run must keep to; docs/delivery.md promises it. */
export const INVARIANTS = {
  kept: 'what was accepted is in one place, or rejected with a reason',
  whole: 'no message file is torn or changed',
  genuine: 'nothing is stored or shown that nobody sent',
  traceless: 'what was refused left no trace',
  ended: 'an end is seen or expired, never both, and the journal, the files and the report agree',
  evident: 'what counts as seen was shown',
  receipts: 'what was seen has a receipt, and nothing else has',
  once: 'what is shown again says so, and what was seen is not shown again',
  addressed: 'everything is shown to its recipient, as it was written',
  ordered: 'what one sends another is shown in the order of sending',
  told: 'the sender of an expired message is told, once',
  tidy: 'nothing half-written lies around but where something was killed',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** One breach of one of them. */
export interface Violation {
  invariant: Invariant;
  /** The message, file or send concerned. */
  about: string;
  detail: string;
}
