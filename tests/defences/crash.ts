import type { Defence } from './defence.js';

/** What a crash must not do. What a kill cannot show, since it needs a power cut, the order of calls does. */
export const crash: readonly Defence[] = [
  {
    guarantee: 'A message is in the inbox whole or not at all, whenever its writer is killed.',
    file: 'mail/deliver.ts',
    find: 'writeAll(file.fd, bytes);',
    replace: 'linkSync(file.path, join(paths.inbox, `${id}.json`));\n    writeAll(file.fd, bytes);',
    tests: ['sweeps/crash-send'],
    suite: 'sweeps',
  },
  {
    guarantee:
      'A sender is told that a message is accepted when it is in the inbox, and not sooner.',
    file: 'mail/deliver.ts',
    find: 'return { commit: () => counted(commit(paths, id, file)) };',
    replace:
      "return { commit: () => { void counted(commit(paths, id, file)).catch(() => undefined); return Promise.resolve('delivered' as const); } };",
    tests: ['faults/synced'],
  },
  {
    guarantee: 'A message is synced before it is put into the inbox.',
    file: 'mail/deliver.ts',
    find: 'inTurn(paths.inbox, fsyncFile(fd), (failure)',
    replace: 'inTurn(paths.inbox, Promise.resolve(), (failure)',
    tests: ['faults/synced'],
  },
  {
    guarantee: 'The inbox is synced before the sender is told.',
    file: 'mail/deliver.ts',
    find: 'await syncFolder(paths.inbox);',
    replace: 'void syncFolder(paths.inbox);',
    tests: ['faults/synced'],
  },
  {
    guarantee: 'A new key is synced before it is put in its place.',
    file: 'mail/key-files.ts',
    find: "sync(own, 'r+'); // Windows syncs only what is open for writing",
    replace: '',
    tests: ['faults/synced'],
  },
  {
    guarantee:
      'What was seen is not shown again after a crash: the journal is written before the move.',
    file: 'daemon/mailbox.ts',
    find: 'if (!isNoted) this.#note(id, how);\n      settleFile(this.paths, id, how);',
    replace:
      'settleFile(this.paths, id, how);\n      if (!isNoted) setTimeout(() => this.#note(id, how), 60);',
    tests: ['sweeps/crash-seen'],
    suite: 'sweeps',
  },
  {
    guarantee: 'A receipt is whole or not there.',
    file: 'mail/receipts.ts',
    find: 'patiently(() => renameSync(draft, receipt.path));',
    replace: 'writeFileSync(receipt.path, receipt.text, { mode: 0o600 });\n    discard(draft);',
    tests: ['sweeps/crash-seen'],
    suite: 'sweeps',
  },
  {
    guarantee: 'The next daemon finishes what one that was killed had noted.',
    file: 'daemon/recover.ts',
    find: 'finish(paths, id, delivery);\n    } catch',
    replace: 'void finish;\n    } catch',
    tests: ['sweeps/crash-seen'],
    suite: 'sweeps',
  },
  {
    guarantee: 'A line of a journal that a crash has cut off spoils no other line.',
    file: 'mail/delivery.ts',
    find: 'size === 0 || endsLine(fd, size) ? text',
    replace: 'size >= 0 || endsLine(fd, size) ? text',
    tests: ['mail/delivery.test'],
  },
  {
    guarantee: 'A receipt that is withdrawn while it is written does not come.',
    file: 'mail/receipts.ts',
    find: 'for (const receipt of writing) if (receipt.path === path) writing.delete(receipt);',
    replace: '',
    tests: ['mail/receipts'],
  },
  {
    guarantee: 'What was signed before a rotation of the key is good, whenever that is killed.',
    file: 'mail/keyring.ts',
    find: 'writeFormerKeys(this.#root, [former, ...this.#former.filter((other) => other.key !== key)]);\n    replaceKey(this.#root, newKey());',
    replace:
      'replaceKey(this.#root, newKey());\n    writeFormerKeys(this.#root, [former, ...this.#former.filter((other) => other.key !== key)]);',
    tests: ['sweeps/crash-keys'],
    suite: 'sweeps',
  },
  {
    guarantee: 'An agent that takes another name loses no mail, whenever its daemon is killed.',
    file: 'mail/move-mail.ts',
    find: 'renameSync(from, to);\n    return true;',
    replace:
      'process.getBuiltinModule("node:fs").linkSync(from, to);\n    rmSync(from);\n    return true;',
    tests: ['sweeps/crash-names'],
    suite: 'sweeps',
  },
  {
    guarantee:
      'A sender is told of a message that has expired, once, whenever the daemon is killed.',
    file: 'daemon/expiry.ts',
    find: "if (notice !== undefined) await post(this.#office, notice);\n      const holder = expiring.holder(path);\n      if (holder === undefined) expireFile(paths, message.id);\n      else await holder.settle(message.id, { state: 'expired' });",
    replace:
      "const holder = expiring.holder(path);\n      if (holder === undefined) expireFile(paths, message.id);\n      else await holder.settle(message.id, { state: 'expired' });\n      if (notice !== undefined) await post(this.#office, notice);",
    tests: ['sweeps/crash-seen'],
    suite: 'sweeps',
  },
  {
    guarantee: 'A request that is sent again after a crash does not store its message twice.',
    file: 'daemon/dispatch.ts',
    find: 'return derivedMessageId(stamp, session.facts.attachKey, JSON.stringify(requestId), to);',
    replace: 'void derivedMessageId;\n  return newMessageId();',
    tests: ['sweeps/crash-send'],
    suite: 'sweeps',
  },
  {
    guarantee:
      'A broadcast that is sent again after a crash reaches nobody twice, whatever the name.',
    file: 'daemon/reached-before.ts',
    find: 'reached.set(current, name)',
    replace: 'reached.set(current, current)',
    tests: ['lifecycle/broadcast-again'],
  },
  {
    guarantee:
      'What its sender is told has expired is not shown to a session that attaches meanwhile.',
    file: 'daemon/expiring.ts',
    find: 'if (!this.#mailboxes.has(path) || entry.taken) return;',
    replace: 'if (path !== undefined) return;',
    tests: ['lifecycle/expiry'],
  },
  {
    guarantee: 'A result that no shim has passed on when its daemon is killed counts as unseen.',
    file: 'daemon/lost-results.ts',
    find: "if (state.name !== 'seen' || ids.has(id) || Date.parse(settledAt) < since) return [];",
    replace: "if (state.name !== 'seen' || ids.has(id) || settledAt !== '') return [];",
    tests: ['daemon/lost-results', 'mailbox/cancel'],
  },
  {
    guarantee: 'trust.json is the old one or the new one, whenever who changes it is killed.',
    file: 'mail/trust-edit.ts',
    find: 'renameSync(draft, path);',
    replace: 'writeFileSync(path, text, { mode: 0o600 });\n      void renameSync;',
    tests: ['sweeps/crash-trust'],
    suite: 'sweeps',
  },
  {
    guarantee:
      'A sender is told once of a message that a person rejects, whenever that is cut short.',
    file: 'mail/reject-held.ts',
    find: 'if (notice !== undefined) await post(notice);\n    take(id, REJECTED_BY_HAND);',
    replace: 'take(id, REJECTED_BY_HAND);\n    if (notice !== undefined) await post(notice);',
    tests: ['sweeps/crash-trust'],
    suite: 'sweeps',
  },
  {
    guarantee: 'What a killed `cc2cc trust` has left beside the lists is cleaned up.',
    file: 'mail/cleanup/abandoned.ts',
    find: '(?:rules|trust|format)',
    replace: '(?:rules|format)',
    tests: ['cleanup/others'],
  },
];
