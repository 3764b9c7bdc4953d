import { basename, dirname } from 'node:path';
import { checkBy } from '../protocol/check-by.js';
import { messageSchema, type Message } from '../protocol/envelope.js';
import { isRecord } from '../protocol/json.js';
import { MAX_MESSAGE_FILE_BYTES } from '../protocol/limits.js';
import { isPassing, readOwnFile } from '../protocol/own-file.js';
import { isEncrypted } from './encryption.js';
import { impostureOf, refusalOf, type Gate } from './gate.js';
import { heldSentence } from './letter.js';
import { trustSubjectOf, turnedAway } from './standing.js';
import { isSigned, type SignatureState } from './signing.js';
import { Findings, type Validation } from './validation/findings.js';
import { parseObject } from './validation/parse.js';
import { remarkOnPlace, remarkOnTime } from './validation/remarks.js';
import { wordsFor } from './validation/words.js';

/** What messages are judged by. */
export interface Rules extends Gate {
  /** Whether there is a key at all. */
  hasKey: boolean;
}

/** Checks a file as an inbox would, and more kindly: all that is wrong is said, and where. */
export function validateFile(path: string, rules: Rules): Validation {
  const found = readOwnFile(path, MAX_MESSAGE_FILE_BYTES);
  if (found.kind === 'bytes') {
    return validateBytes(
      found.bytes,
      { file: path, mtime: found.stats.mtime, changedAt: found.stats.ctimeMs },
      rules,
    );
  }
  const reason =
    found.kind === 'missing'
      ? 'no such file'
      : found.kind === 'unopened' && isPassing(path, found.error)
        ? 'too many files are open at this moment'
        : found.reason;
  return new Findings(path).fail({ text: reason });
}

/**
 * Checks the content of a file.
 *
 * @param about.file as it is called in the result; `-` has no name that could be wrong
 * @param about.mtime when it was written, for a message without a time
 * @param about.changedAt epoch milliseconds at which the file was changed or moved last
 */
export function validateBytes(
  bytes: Uint8Array,
  about: { file: string; mtime: Date; changedAt: number },
  rules: Rules,
): Validation {
  const findings = new Findings(about.file);
  if (about.file !== '-' && !about.file.endsWith('.json')) {
    findings.add({ text: 'the file name does not end in .json' });
  }
  if (bytes.length > MAX_MESSAGE_FILE_BYTES) {
    return findings.fail({ text: `more than ${MAX_MESSAGE_FILE_BYTES} bytes` });
  }
  const raw = parseObject(bytes, findings);
  if (raw === undefined) return findings.result();
  const signature = checkSignature(raw, rules, findings);
  const message = checkSchema(raw, about.mtime, rules, findings);
  if (message === undefined) return findings.result();
  // What was seen is past all gates; what waits lay there then, all else is dropped now or never.
  const folder = basename(dirname(about.file));
  const changedAt = folder === 'inbox' ? about.changedAt : Date.now();
  const imposture =
    folder === 'done' ? undefined : impostureOf({ message, signature, changedAt }, rules);
  if (imposture !== undefined) findings.add({ field: 'from', text: imposture });
  if (folder !== 'done') judgeSender(message, signature, rules, findings);
  remarkOnTime(raw, message, findings);
  remarkOnPlace(about.file, message, findings);
  const { id, from, to } = message;
  return { ...findings.result(), id, from, to, signature };
}

/** What trust.json, and the setting newSenders, mean for it where it is for the one whom it names. */
function judgeSender(
  message: Message,
  signature: SignatureState,
  { standing }: Rules,
  findings: Findings,
): void {
  const { from, to } = message;
  const found = standing(trustSubjectOf(message, signature), to);
  const text = turnedAway(found, from, to);
  if (text !== undefined) findings.add({ field: 'from', text });
  else if (found.kind === 'held') findings.remark('from', heldSentence(from, to));
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
  const result = checkBy(messageSchema(), {
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
