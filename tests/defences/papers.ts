import type { Defence } from './defence.js';

const AT_REST = { tests: ['encryption/at-rest'], only: 'with encryption on' };

/** Encryption at rest, the keys for it, and the debugger of Node. */
export const papers: readonly Defence[] = [
  {
    guarantee: 'With encryption on, no text of a message is in clear in any file of ours.',
    file: 'mail/keyring.ts',
    find: 'return this.#encrypts ? encryptText(text, this.#current()) : text;',
    replace: 'return text;',
    ...AT_REST,
  },
  {
    guarantee: 'With encryption on, the messages about a task do not tell its title.',
    file: 'mail/keyring.ts',
    find: "const tells = this.#encrypts && typeof task?.['title'] === 'string';",
    replace: 'const tells = false;',
    ...AT_REST,
  },
  {
    guarantee: 'With encryption on, the title in the file of a task is encrypted.',
    file: 'mail/tasks/store.ts',
    find: 'const title = this.#cipher.conceal(submission.title);',
    replace: 'const title = submission.title;',
    ...AT_REST,
  },
  {
    guarantee: 'With encryption on, notes and results in the files of a task are encrypted.',
    file: 'mail/tasks/store.ts',
    find: 'return { text: this.#cipher.conceal(kept),',
    replace: 'return { text: kept,',
    ...AT_REST,
  },
  {
    guarantee: 'Two encrypted texts never share an iv.',
    file: 'mail/encryption.ts',
    find: 'const iv = randomBytes(12);',
    replace: 'const iv = Buffer.alloc(12);',
    tests: ['mail/encryption.test'],
  },
  {
    guarantee: 'A changed encrypted text is not decrypted.',
    file: 'mail/encryption.ts',
    find: "return Buffer.concat([decipher.update(bytes), decipher.final()]).toString('utf8');",
    replace: "return decipher.update(bytes).toString('utf8');",
    tests: ['mail/encryption.test'],
  },
  {
    guarantee: 'However many texts come that no key fits, each key is derived once.',
    file: 'mail/encryption.ts',
    find: 'const MAX_DERIVED = 256;',
    replace: 'const MAX_DERIVED = 16;',
    tests: ['mail/encryption-cost'],
  },
  {
    guarantee: 'A root cannot be given so many former keys that nobody can read them.',
    file: 'mail/keyring.ts',
    find: 'if (this.#former.length >= MAX_FORMER_KEYS) {',
    replace: 'if (this.#former.length < 0) {',
    tests: ['mail/encryption-cost'],
  },
  {
    guarantee: 'After a rotation the old key does not read what is new.',
    file: 'mail/keyring.ts',
    find: 'replaceKey(this.#root, newKey());',
    replace: '',
    tests: ['mail/stolen-copy'],
  },
  {
    guarantee: 'A former key stays while a message may need it.',
    file: 'mail/cleanup/keys.ts',
    find: '[...folders, ...former, ...tasks]',
    replace: '[...former, ...tasks]',
    tests: ['mail/stolen-copy', 'mail/cleanup/others'],
  },
  {
    guarantee: 'A former key stays while a task has texts that it encrypted.',
    file: 'mail/cleanup/keys.ts',
    find: '...former, ...tasks]',
    replace: '...former]',
    tests: ['mail/cleanup/others'],
  },
  {
    guarantee: 'A former key that nothing needs any more is removed.',
    file: 'mail/keyring.ts',
    find: 'if (kept.length < former.length) writeFormerKeys(this.#root, kept);',
    replace: '',
    tests: ['mail/stolen-copy', 'mail/cleanup/others'],
  },
  {
    guarantee: 'A key that a crash has left beside its place is removed.',
    file: 'mail/cleanup/clean-up.ts',
    find: 'yield abandonedDraftItems;',
    replace: '',
    tests: ['mail/cleanup/others'],
  },
  ...Object.entries({
    'daemon/main.ts': 'in the daemon',
    'shim/main.ts': 'in the shim',
    'scripts/main.ts': 'in the hook that waits|in cc2cc receive',
  }).map(([file, only]) => ({
    guarantee: `No signal opens a debugger's port (${file}).`,
    file,
    find: '\nrefuseDebugger();',
    replace: '',
    tests: ['lifecycle/debugger'],
    only,
  })),
];
