import type { Defence } from './defence.js';

/** Delivery by files, as it was before anything else was built upon it. */
export const mail: readonly Defence[] = [
  {
    guarantee: 'A message is never replaced by another one of its id.',
    file: 'mail/deliver.ts',
    find: 'linkSync(staged, target);',
    replace: 'discard(undefined, target);\n    linkSync(staged, target);',
    tests: ['mail/deliver.test'],
  },
  {
    guarantee: 'A message that was seen is not taken in a second time.',
    file: 'mail/admit.ts',
    find: '    if (isReplay(paths, message.id, name)) return replayReason(message.id);\n',
    replace: '    void isReplay;\n',
    tests: ['daemon/mailbox'],
  },
  {
    guarantee: 'A copy of a message that was seen is never taken for it when its time is up.',
    file: 'daemon/expiry.ts',
    find: '    if (isReplay(paths, message.id)) {',
    replace: '    if (isReplay(paths, message.id) && paths === undefined) {',
    tests: ['lifecycle/expiry'],
    only: 'a replay',
  },
  {
    guarantee: 'A message that is seen before it is stored counts as seen once it is stored.',
    file: 'daemon/mailbox.ts',
    find: '    if (committed !== undefined) entry.committed = this.#follow(entry, committed);\n    this.entries.set(id, entry);\n',
    replace:
      '    this.entries.set(id, entry);\n    queueMicrotask(() => {\n      if (committed !== undefined) entry.committed = this.#follow(entry, committed);\n    });\n',
    tests: ['daemon/mailbox.test'],
  },
  {
    guarantee: 'A result that did not arrive leaves no receipt, whenever the daemon is killed.',
    file: 'daemon/recover.ts',
    find: '    if (isIn(paths.inbox, id)) withdrawReceipt(paths, id);\n',
    replace: '    void withdrawReceipt;\n',
    tests: ['daemon/mailbox.test'],
  },
  {
    guarantee: 'What failed after the message was in the inbox is not called a refusal.',
    file: 'mail/deliver.ts',
    find: "    return errnoOf(error) === 'ENOENT';",
    replace: '    return errnoOf(error) !== undefined;',
    tests: ['mail/deliver.test'],
  },
  {
    guarantee: 'What is not accepted is not left in the inbox.',
    file: 'mail/deliver.ts',
    find: "outcome === 'delivered' && discard(undefined, target)",
    replace: "outcome === 'delivered'",
    tests: ['mail/deliver.test'],
  },
  {
    guarantee: 'An agent whose change of name fails keeps its mail under the name that it keeps.',
    file: 'mail/move-mail.ts',
    find: 'for (const step of undo.reverse()) quietly(step);',
    replace: 'for (const step of undo.slice(0, 0)) quietly(step);',
    tests: ['mail/move-mail'],
  },
];
