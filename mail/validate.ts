import { isUtf8 } from 'node:buffer';
import { basename, dirname } from 'node:path';
import type { z } from 'zod';
import { expiresAt, messageSchema, type Message } from '../protocol/envelope.js';
import { isRecord, jsonDepth } from '../protocol/json.js';
import { jsonFault, lineAndColumn } from '../protocol/json-fault.js';
import { MAX_JSON_DEPTH, MAX_MESSAGE_FILE_BYTES } from '../protocol/limits.js';
import { NAME_RULE } from '../protocol/names.js';
import { isCrowded, readOwnFile } from '../protocol/own-file.js';
import { isEncrypted } from './encryption.js';
import { refusalOf, type Gate } from './gate.js';
import { isSigned, type SignatureState } from './signing.js';

/** What is wrong with a message file, or worth knowing. */
export interface Problem {
  /** `error`: no inbox takes it in, or nobody can read it. `remark`: it is valid all the same. */
  level: 'error' | 'remark';
  /** Path of the field, `content.text`; null where it is not about one. */
  field: string | null;
  /** From 1, of a fault in the JSON or the encoding; else null. */
  line: number | null;
  column: number | null;
  text: string;
}

/** What was found out about one file. */
export interface Validation {
  file: string;
  valid: boolean;
  id: string | null;
  from: string | null;
  to: string | null;
  /** Null where it did not come to that. */
  signature: SignatureState | null;
  problems: Problem[];
}

/** What messages are judged by. */
export interface Rules extends Gate {
  /** Whether there is a key at all. */
  hasKey: boolean;
}

/** A clock that is wrong by less than this is nobody's fault. */
const CLOCKS_MS = 60_000;

/** Checks a file as an inbox would, and more kindly: all that is wrong is said, and where. */
export function validateFile(path: string, rules: Rules): Validation {
  const found = readOwnFile(path, MAX_MESSAGE_FILE_BYTES);
  if (found.kind === 'bytes') {
    return validateBytes(found.bytes, { file: path, mtime: found.stats.mtime }, rules);
  }
  const reason =
    found.kind === 'missing'
      ? 'no such file'
      : found.kind === 'unopened' && isCrowded(found.error)
        ? 'too many files are open at this moment'
        : found.reason;
  return new Findings(path).fail({ text: reason });
}

/**
 * Checks the content of a file.
 *
 * @param about.file as it is called in the result; `-` has no name that could be wrong
 * @param about.mtime when it was written, for a message without a time
 */
export function validateBytes(
  bytes: Uint8Array,
  about: { file: string; mtime: Date },
  rules: Rules,
): Validation {
  const findings = new Findings(about.file);
  if (about.file !== '-' && !about.file.endsWith('.json')) {
    findings.add({ text: 'the file name does not end in .json' });
  }
  if (bytes.length > MAX_MESSAGE_FILE_BYTES) {
    return findings.fail({ text: `more than ${MAX_MESSAGE_FILE_BYTES} bytes` });
  }
  const raw = parse(bytes, findings);
  if (raw === undefined) return findings.result();
  const signature = checkSignature(raw, rules, findings);
  const message = checkSchema(raw, about.mtime, rules, findings);
  if (message === undefined) return findings.result();
  remarkOnTime(raw, message, findings);
  remarkOnPlace(about.file, message, findings);
  const { id, from, to } = message;
  return { ...findings.result(), id, from, to, signature };
}

class Findings {
  readonly #file: string;
  readonly #problems: Problem[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  add(problem: Partial<Problem> & { text: string }): void {
    this.#problems.push({ level: 'error', field: null, line: null, column: null, ...problem });
  }

  remark(field: string | null, text: string): void {
    this.add({ level: 'remark', field, text });
  }

  fail(problem: Partial<Problem> & { text: string }): Validation {
    this.add(problem);
    return this.result();
  }

  result(): Validation {
    const valid = this.#problems.every(({ level }) => level !== 'error');
    const nothing = { id: null, from: null, to: null, signature: null };
    return { file: this.#file, valid, ...nothing, problems: this.#problems };
  }
}

/** The object that the bytes hold. */
function parse(bytes: Uint8Array, findings: Findings): Record<string, unknown> | undefined {
  if (bytes.length === 0) {
    findings.add({ text: 'empty' });
    return undefined;
  }
  const text = new TextDecoder().decode(bytes); // without the byte order mark, as for parseJson
  const bad = firstBadByte(bytes);
  if (bad >= 0) {
    const before = new TextDecoder().decode(bytes.subarray(0, bad));
    findings.add({ ...lineAndColumn(before, before.length), text: 'not valid UTF-8' });
    return undefined;
  }
  if (jsonDepth(text) > MAX_JSON_DEPTH) {
    findings.add({ text: `JSON nested deeper than ${MAX_JSON_DEPTH}` });
    return undefined;
  }
  const fault = jsonFault(text);
  if (fault !== undefined) {
    const at = lineAndColumn(text, fault.at);
    findings.add({ ...at, text: `not valid JSON: expected ${fault.expected}` });
    return undefined;
  }
  const value: unknown = JSON.parse(text);
  if (isRecord(value)) return value;
  findings.add({ text: 'not a JSON object' });
  return undefined;
}

/** Index of the first byte that is not part of a character; -1 where all are. */
function firstBadByte(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1;
  // Decoding puts a replacement where it is bad.
  const again = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  return Math.max(
    0,
    again.findIndex((byte, at) => byte !== bytes[at]),
  );
}

function checkSignature(
  raw: Record<string, unknown>,
  { keys, hasKey, policy }: Rules,
  findings: Findings,
): SignatureState {
  // Without a key nothing can be said of a signature that somebody else has made.
  const state = isSigned(raw) && !hasKey ? 'unchecked' : keys.check(raw);
  const refusal = refusalOf(state, policy);
  const text = {
    verified: undefined,
    unsigned: 'unsigned',
    invalid: 'the signature is invalid',
    unchecked: 'there is no key here to check the signature',
  }[state];
  if (refusal !== undefined) findings.add({ field: 'signature', text: refusal });
  else if (text !== undefined) findings.remark('signature', text);
  return state;
}

function checkSchema(
  raw: Record<string, unknown>,
  mtime: Date,
  { keys, hasKey }: Rules,
  findings: Findings,
): Message | undefined {
  const { content } = raw;
  const text = isRecord(content) ? content['text'] : undefined;
  const plain = typeof text === 'string' ? keys.reveal(text) : text;
  const result = messageSchema().safeParse({
    ...raw,
    timestamp: raw['timestamp'] ?? mtime.toISOString(),
    ...(isRecord(content) && plain !== undefined ? { content: { ...content, text: plain } } : {}),
  });
  if (typeof plain === 'string' && isEncrypted(plain)) {
    findings.add({
      field: 'content.text',
      text: hasKey
        ? 'encrypted with another key than the one here'
        : 'encrypted, and there is no key here',
    });
  }
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const field = issue.path.join('.');
    findings.add({ field, text: wordsFor(issue, field, raw) });
  }
  return undefined;
}

const RULES: Readonly<Record<string, string>> = {
  id: 'must be msg- and 1 to 64 letters, digits, hyphens or underscores',
  from: `must be a name (${NAME_RULE})`,
  to: `must be a name (${NAME_RULE})`,
  replyTo: 'must be the id of a message, or null',
  thread: 'must be the id of a message',
  timestamp: 'must be an ISO 8601 time such as 2026-11-20T23:26:13Z',
  ttl: 'must be a number of seconds, 0 for ever',
  signature: 'must be a text of at most 200 characters',
};

/** In our words; those of the library are for programmers. */
function wordsFor(issue: z.core.$ZodIssue, field: string, raw: Record<string, unknown>): string {
  const given = issue.path.reduce<unknown>(
    (value, key) => (isRecord(value) ? value[String(key)] : undefined),
    raw,
  );
  if (given === undefined) return 'is missing';
  const rule = Object.hasOwn(RULES, field) ? RULES[field] : undefined;
  if (rule === undefined && issue.code === 'invalid_type') {
    return `must be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
  }
  return (
    rule ?? issue.message.replace(/^Invalid \w+: expected/, 'must be').replaceAll('"|"', '", "')
  );
}

function remarkOnTime(raw: Record<string, unknown>, message: Message, findings: Findings): void {
  const now = Date.now();
  if ((raw['timestamp'] ?? null) === null) {
    findings.remark('timestamp', 'is missing: the time at which the file was last written counts');
  }
  const expired = expiresAt(message);
  if (now >= expired) findings.remark('ttl', `expired at ${new Date(expired).toISOString()}`);
  if (Date.parse(message.timestamp) > now + CLOCKS_MS) {
    findings.remark('timestamp', 'is in the future');
  }
}

function remarkOnPlace(file: string, { id, to }: Message, findings: Findings): void {
  if (file === '-') return;
  if (basename(file) !== `${id}.json`) {
    findings.remark('id', `is not the file's name; an inbox takes it in as ${id}.json`);
  }
  const folder = dirname(file);
  const mailbox = /^to-(.+)$/.exec(basename(dirname(folder)))?.[1];
  if (['inbox', 'done'].includes(basename(folder)) && mailbox !== undefined && mailbox !== to) {
    findings.remark('to', `is not the agent whose mailbox it lies in, ${mailbox}, who gets it`);
  }
}
