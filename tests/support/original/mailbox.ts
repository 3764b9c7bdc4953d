import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cipher } from './cipher.js';

export interface OriginalMessage {
  id: string;
  timestamp: string;
  from: string;
  to: string;
  type: string;
  priority: string;
  identity: { agent: string; mode: string };
  task: { title: string } | null;
  content: { text: string; parts: unknown[] };
  replyTo: string | null;
  ttl: number;
}

/** A file that is written but does not bear its name yet. */
export interface HalfWritten {
  id: string;
  finish: () => void;
}

/** What it says of a new message. */
export interface OriginalDraft {
  to: string;
  text: string;
  type?: string | undefined;
  title?: string | undefined;
  replyTo?: string | undefined;
  ttl?: number | undefined;
  /** Into `<from>-to-<to>/inbox`, as its older versions did. */
  legacy?: boolean | undefined;
}

/** How the original writes and consumes message files. */
export class OriginalMailbox {
  readonly #root: string;
  readonly #name: string;
  readonly #cipher: Cipher;

  constructor(root: string, name: string, cipher: Cipher) {
    this.#root = root;
    this.#name = name;
    this.#cipher = cipher;
    for (const folder of ['inbox', 'done', 'receipts']) {
      mkdirSync(join(root, `to-${name}`, folder), { recursive: true });
    }
  }

  /** Writes the hidden file in the recipient's inbox. */
  write(draft: OriginalDraft): HalfWritten {
    const id = `msg-${randomUUID()}`;
    const message: OriginalMessage = {
      id,
      timestamp: new Date().toISOString(),
      from: this.#name,
      to: draft.to,
      type: draft.type ?? 'message',
      priority: 'normal',
      identity: { agent: this.#name, mode: 'session' },
      task: draft.title === undefined ? null : { title: draft.title },
      content: { text: this.#cipher.encrypt(draft.text), parts: [] },
      replyTo: draft.replyTo ?? null,
      ttl: draft.ttl ?? 3600,
    };
    const mailbox = draft.legacy === true ? `${this.#name}-to-${draft.to}` : `to-${draft.to}`;
    const inbox = join(this.#root, mailbox, 'inbox');
    mkdirSync(inbox, { recursive: true });
    const hidden = join(inbox, `.tmp-${randomUUID()}.json`);
    writeFileSync(hidden, JSON.stringify(message, null, 2));
    return {
      id,
      finish: () => {
        renameSync(hidden, join(inbox, `${id}.json`));
      },
    };
  }

  /** Takes all that lies there; texts decrypted. What is expired is returned apart. */
  consume(): { messages: OriginalMessage[]; expired: OriginalMessage[] } {
    const messages: OriginalMessage[] = [];
    const expired: OriginalMessage[] = [];
    const own = `to-${this.#name}`;
    for (const mailbox of readdirSync(this.#root)) {
      if (mailbox !== own && !mailbox.endsWith(`-to-${this.#name}`)) continue;
      const inbox = join(this.#root, mailbox, 'inbox');
      for (const file of list(inbox).sort()) {
        const message = read(join(inbox, file));
        if (message === undefined) continue;
        const { id, timestamp, ttl } = message;
        const late = ttl > 0 && Date.now() > Date.parse(timestamp) + ttl * 1000;
        if (!late) this.#leaveReceipt(mailbox, id);
        mkdirSync(join(this.#root, mailbox, 'done'), { recursive: true });
        try {
          renameSync(join(inbox, file), join(this.#root, mailbox, 'done', file));
        } catch {
          continue; // somebody else was faster
        }
        (late ? expired : messages).push(this.#opened(message));
      }
    }
    return { messages, expired };
  }

  #opened(message: OriginalMessage): OriginalMessage {
    const text = this.#cipher.decrypt(message.content.text);
    return { ...message, content: { ...message.content, text } };
  }

  #leaveReceipt(mailbox: string, id: string): void {
    const folder = join(this.#root, mailbox, 'receipts');
    mkdirSync(folder, { recursive: true });
    const receipt = {
      msg_id: id,
      delivered_at: new Date().toISOString(),
      delivered_to: this.#name,
    };
    writeFileSync(join(folder, `${id}.receipt.json`), JSON.stringify(receipt, null, 2));
  }
}

function list(inbox: string): string[] {
  try {
    return readdirSync(inbox).filter((f) => f.endsWith('.json') && !f.startsWith('.tmp-'));
  } catch {
    return []; // a mailbox without an inbox
  }
}

function read(path: string): OriginalMessage | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as OriginalMessage;
  } catch {
    return undefined; // broken, or gone meanwhile
  }
}
