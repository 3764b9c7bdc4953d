import { statSync } from 'node:fs';
import type { Message } from '../protocol/envelope.js';
import { Cc2ccError } from '../protocol/errors.js';
import { decryptText, encryptText } from './encryption.js';
import {
  createKey,
  formerKeysPath,
  keyPath,
  MAX_FORMER_KEYS,
  newKey,
  readFormerKeys,
  readKey,
  replaceKey,
  writeFormerKeys,
  type FormerKey,
} from './key-files.js';
import { checkSignature, signatureOf, type SignatureState } from './signing.js';

/** How often the files are looked at for a rotation by another process, milliseconds. */
const LOOK_MS = 1_000;

/** The keys of one bridge root, and what is done with them. Follows a rotation by another process. */
export class Keyring {
  readonly #root: string;
  readonly #encrypts: boolean;
  #key: string | undefined;
  #former: FormerKey[] = [];
  /** What the files looked like when they were read. */
  #mark = '';
  #lookedAt = -Infinity;

  /** @param options.encrypt whether texts are written encrypted */
  constructor(root: string, { encrypt = false }: { encrypt?: boolean } = {}) {
    this.#root = root;
    this.#encrypts = encrypt;
  }

  /**
   * Makes a key where there is none. One that somebody removed under a running process comes back.
   *
   * @returns whether it was made
   * @throws Cc2ccError E_STORE, E_UNSAFE
   */
  ensure(): boolean {
    const isThere = readKey(this.#root) !== undefined;
    this.#look(true);
    if (isThere) return false;
    if (this.#key !== undefined) return true; // it was put back
    const made = createKey(this.#root, newKey());
    this.#look(true);
    return made;
  }

  /** A message as it is written: encrypted, if that is asked for, and signed. */
  seal(message: Message): Message {
    const key = this.#current();
    const { signature, ...rest } = message;
    void signature; // of what it was before
    const content = { ...rest.content, text: this.conceal(rest.content.text) };
    const sealed = { ...rest, ...this.#untitled(rest), content };
    return { ...sealed, signature: signatureOf(sealed, key) };
  }

  /** A text as it is written: encrypted, if that is asked for. */
  conceal(text: string): string {
    return this.#encrypts ? encryptText(text, this.#current()) : text;
  }

  /** A title says what the text is about; readers that know of encrypted texts know no such titles. */
  #untitled({ task }: Pick<Message, 'task'>): Pick<Message, 'task'> {
    const tells = this.#encrypts && typeof task?.['title'] === 'string';
    return tells ? { task: { ...task, title: '(encrypted)' } } : {};
  }

  /**
   * What the signature of a parsed message file tells.
   *
   * @param at epoch milliseconds at which a former key must have been good; of what was taken in long
   *   ago, the time of then
   */
  check(raw: Readonly<Record<string, unknown>>, at = Date.now()): SignatureState {
    this.#glance();
    const state = checkSignature(raw, this.#honoured(at));
    if (state !== 'invalid') return state;
    // Perhaps another process has made a new key since; and without a key nobody is to blame.
    const again = this.#look(true) ? checkSignature(raw, this.#honoured(at)) : state;
    return again === 'invalid' && this.#key === undefined ? 'unchecked' : again;
  }

  /** The text of a message: what is encrypted and cannot be decrypted stays as it is. */
  reveal(text: string): string {
    if (!text.startsWith('ENC:')) return text;
    this.#glance();
    const keys = [this.#key, ...this.#former.map(({ key }) => key)];
    return (
      decryptText(
        text,
        keys.filter((key) => key !== undefined),
      ) ?? text
    );
  }

  /**
   * Makes a new key. The old one is honoured for messages that it has signed.
   *
   * @param until epoch milliseconds at which the last of those expires; Infinity for never
   * @throws Cc2ccError E_LIMIT when too many old ones are needed still, E_STORE, E_UNSAFE
   */
  rotate(until: number, now = new Date()): void {
    const key = this.#current();
    if (this.#former.length >= MAX_FORMER_KEYS) {
      throw new Cc2ccError('E_LIMIT', `${this.#root} has ${this.#former.length} former keys.`, {
        hint: 'Those that nothing needs any more go with: cc2cc cleanup',
      });
    }
    const former: FormerKey = {
      key,
      retiredAt: now.toISOString(),
      until: isoOf(until),
    };
    // First the old key's new place: a crash in between leaves it in both.
    writeFormerKeys(this.#root, [former, ...this.#former.filter((other) => other.key !== key)]);
    replaceKey(this.#root, newKey());
    this.#look(true);
  }

  /** Lets the key that was replaced last be good for longer. */
  honour(until: number): void {
    const [last, ...others] = this.former();
    if (last === undefined) return;
    writeFormerKeys(this.#root, [{ ...last, until: isoOf(until) }, ...others]);
    this.#look(true);
  }

  /** Keys that were replaced. */
  former(): readonly FormerKey[] {
    this.#look(true);
    return this.#former;
  }

  /** Forgets former keys. */
  forget(isForgotten: (key: FormerKey) => boolean): number {
    const former = this.former();
    const kept = former.filter((key) => !isForgotten(key));
    if (kept.length < former.length) writeFormerKeys(this.#root, kept);
    return former.length - kept.length;
  }

  #honoured(at: number): string[] {
    const good = this.#former.filter(({ until }) => until === null || Date.parse(until) > at);
    return [...(this.#key === undefined ? [] : [this.#key]), ...good.map(({ key }) => key)];
  }

  #current(): string {
    this.#look(true); // nothing more is to be signed with a key that has just been replaced
    if (this.#key === undefined) this.ensure();
    if (this.#key === undefined) throw new Error('the key that was made is not there');
    return this.#key;
  }

  /** Looks. What can be read with the keys of before does not wait until a spoilt file is mended. */
  #glance(): void {
    try {
      this.#look();
    } catch (error) {
      if (this.#key === undefined) throw error;
    }
  }

  /** Reads the files again where they have changed. Returns whether they had. */
  #look(now = false): boolean {
    const time = performance.now();
    if (!now && time - this.#lookedAt < LOOK_MS) return false;
    this.#lookedAt = time;
    const mark = [keyPath, formerKeysPath].map((path) => markOf(path(this.#root))).join(' ');
    if (mark === this.#mark) return false;
    // The former ones first: a rotation in between is then seen in both.
    const former = readFormerKeys(this.#root);
    const key = readKey(this.#root);
    this.#former = former;
    if (key !== undefined) this.#key = key;
    // One that was removed under us is still what the messages of this root are signed with.
    else if (this.#key !== undefined) createKey(this.#root, this.#key);
    this.#mark = mark;
    return true;
  }
}

function isoOf(time: number): string | null {
  return Number.isFinite(time) ? new Date(time).toISOString() : null;
}

function markOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '-' : `${stats.ino}:${stats.mtimeMs}:${stats.size}`;
}
