import type { Defence } from './defence.js';

/** What the checker of histories sees in a run of agents, commands, files and kills. */
export const history: readonly Defence[] = [
  {
    guarantee: 'Nothing is handed over while something older lies there that was not read yet.',
    file: 'daemon/queue.ts',
    find: 'if (end !== undefined && byPlace(entry, end) > 0) continue;',
    replace: '',
    tests: ['daemon/mailbox.test', 'mailbox/large-backlog'],
  },
  {
    guarantee: 'Nothing is pushed before the tool result that holds an older message.',
    file: 'daemon/lanes/offering.ts',
    find: 'if (entry.taken || isBehind) continue;',
    replace: 'if (entry.taken) continue;',
    tests: ['mailbox/wait-for-message'],
    only: 'what follows the message',
  },
  {
    guarantee: 'That a push may be a repetition stands where no text can say it.',
    file: 'daemon/lanes/compose.ts',
    find: "...(repeated ? { repeated: 'true' } : {}),",
    replace: '',
    tests: ['lanes/compose'],
  },
  {
    guarantee: 'What may have been shown before says so when it is shown again.',
    file: 'daemon/lanes/inbox-block.ts',
    find: "const repeated = entry.state.name === 'pushed' || entry.repeated;",
    replace: 'const repeated = false;',
    tests: ['history/record'],
  },
  {
    guarantee: 'A push counts as seen only on a lane of which a message was answered.',
    file: 'daemon/session.ts',
    find: 'if (!this.givesEvidence && this.lanes.isConfirmed(lane)) this.#settle',
    replace: 'if (!this.givesEvidence) this.#settle',
    tests: ['history/record'],
  },
  {
    guarantee: 'What was seen has a receipt.',
    file: 'mail/settle.ts',
    find: "if (how.state === 'seen') leaveReceipt(paths, id, how.evidence);",
    replace:
      "if (how.state === 'seen' && how.evidence.length === 0) leaveReceipt(paths, id, how.evidence);",
    tests: ['history/record'],
  },
];
