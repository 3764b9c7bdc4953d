import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureMailbox } from '../../mail/deliver.js';
import { Keyring } from '../../mail/keyring.js';
import { createMessage, encodeMessage, type Draft } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';
import { mailboxPaths } from '../../protocol/paths.js';
import { markOf, type Shown } from './entry.js';
import { History } from './history.js';

type Where = 'inbox' | 'done';

/** A run that never was: a history and a root, each written as a test wishes. */
export class MadeUp {
  readonly history = new History();
  readonly root: string;
  readonly #keys: Keyring;

  constructor(root: string) {
    this.root = root;
    this.#keys = new Keyring(root);
    this.#keys.ensure();
    for (const agent of ['ann', 'ben']) {
      this.history.attached(agent, agent);
      ensureMailbox(mailboxPaths(root, agent)); // for journals and receipts of who has no file
    }
  }

  /** A send that was accepted; its id. Nothing is in the root yet. */
  sent(text: string, more: { from?: string; to?: string; id?: string } = {}): string {
    const { from = 'ann', to = 'ben', id = newMessageId() } = more;
    const ref = this.history.send({ from, to, by: 'tool', stream: from, text });
    this.history.accepted(ref, id);
    return id;
  }

  /** A message file. */
  file(id: string, text: string, folder: Where = 'done', more: Partial<Draft> = {}): string {
    const to = more.to ?? 'ben';
    const message = createMessage({ id, from: 'ann', to, text, ...more });
    ensureMailbox(mailboxPaths(this.root, to));
    const path = join(mailboxPaths(this.root, to)[folder], `${id}.json`);
    writeFileSync(path, encodeMessage(this.#keys.seal(message)));
    return path;
  }

  shown(id: string, text: string, more: Partial<Shown> = {}): void {
    const { shown } = markOf(text);
    const common = { agent: 'ben', session: 1, lane: 'tool', repeated: false } as const;
    this.history.shown({ ...common, id, shown, ...more });
  }

  journal(id: string, event: string, more: object = {}, owner = 'ben'): void {
    const line = { id, at: new Date().toISOString(), event, ...more };
    appendFileSync(mailboxPaths(this.root, owner).journal, `${JSON.stringify(line)}\n`);
  }

  receipt(id: string, evidence = 'tool result', owner = 'ben'): void {
    const receipt = { msg_id: id, delivered_at: new Date().toISOString(), evidence };
    const path = join(mailboxPaths(this.root, owner).receipts, `${id}.receipt.json`);
    writeFileSync(path, JSON.stringify(receipt));
  }

  /** A line and a receipt, as one who saw it by a tool result leaves them. */
  settled(id: string): void {
    this.journal(id, 'pushed', { lane: 'tool' });
    this.journal(id, 'seen', { evidence: 'tool result' });
    this.receipt(id);
  }

  /** All that belongs to a message that was sent, shown and seen. */
  good(text: string): string {
    const id = this.sent(text);
    this.file(id, text);
    this.shown(id, text);
    this.settled(id);
    return id;
  }

  rejected(file: string, reason: string): void {
    const folder = join(this.root, 'rejected');
    mkdirSync(folder, { recursive: true });
    const stem = join(folder, `now-to-ben-${file}`);
    writeFileSync(`${stem}.reason.json`, JSON.stringify({ file, mailbox: 'to-ben', reason }));
    writeFileSync(`${stem}.rejected`, '?');
  }
}
