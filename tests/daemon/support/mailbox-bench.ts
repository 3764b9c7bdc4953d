import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { Mailbox } from '../../../daemon/mailbox.js';
import { gateByFiles, type Gate } from '../../../mail/gate.js';
import { ensureMailbox } from '../../../mail/deliver.js';
import { createMessage, encodeMessage, type Message } from '../../../protocol/envelope.js';
import { derivedMessageId } from '../../../protocol/ids.js';
import { mailboxPaths, type MailboxPaths } from '../../../protocol/paths.js';
import { tempFolder } from '../../protocol/support/temp-folder.js';

/** The n-th message; every third number is of the same millisecond as the one before. */
export function messageOf(n: number): Message {
  const id = derivedMessageId([1_700_000_000_000 + n - (n % 3 === 2 ? 1 : 0), n % 3], String(n));
  return createMessage({ id, from: 'ann', to: 'ben', text: `text ${n}`, at: 0, ttl: 0 });
}

/** A mailbox on a real disk, and hands that drop things into it. */
export class MailboxBench {
  readonly paths: MailboxPaths;
  readonly rejected: string;
  readonly gate: Gate;
  mailbox: Mailbox;

  constructor(t: TestContext) {
    t.after(() => {
      this.mailbox.spare.close();
    });
    const root = tempFolder(t); // goes after the mailbox that makes files in it
    this.paths = mailboxPaths(root, 'ben');
    this.rejected = join(root, 'rejected');
    this.gate = gateByFiles(root, { signatures: 'flag', encrypt: false, newSenders: 'accept' });
    ensureMailbox(this.paths);
    mkdirSync(this.rejected);
    this.mailbox = this.open({});
  }

  /** The mailbox as a daemon after this one would see it. */
  open(
    { given = [], since }: { given?: Iterable<string>; since?: number | undefined },
    atOnce?: number,
  ): Mailbox {
    const before = this.mailbox as Mailbox | undefined;
    before?.flush();
    before?.spare.close();
    const log = pino({ level: 'silent' });
    const known = { ids: new Set(given), since, lane: 'channel' as const };
    this.mailbox = new Mailbox(this.paths, this.rejected, this.gate, known, log, atOnce);
    return this.mailbox;
  }

  /** A file that nobody is still writing. */
  drop(name: string, bytes: Uint8Array | string): void {
    const staged = join(this.paths.tmp, 'by-hand');
    mkdirSync(this.paths.tmp, { recursive: true });
    mkdirSync(this.paths.inbox, { recursive: true });
    writeFileSync(staged, bytes);
    utimesSync(staged, 1, 1);
    renameSync(staged, join(this.paths.inbox, name));
  }

  dropMessage(n: number): Message {
    const message = messageOf(n);
    this.drop(`${message.id}.json`, encodeMessage(message));
    return message;
  }

  /** Why files were refused, in alphabetical order. */
  reasons(): string[] {
    return readdirSync(this.rejected)
      .filter((file) => file.endsWith('.reason.json'))
      .map((file): string => JSON.parse(readFileSync(join(this.rejected, file), 'utf8')).reason)
      .sort();
  }
}
