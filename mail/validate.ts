import { messageSchema, type Message } from '../protocol/envelope.js';
import { isRecord } from '../protocol/json.js';
import { MAX_MESSAGE_FILE_BYTES } from '../protocol/limits.js';
import { isCrowded, readOwnFile } from '../protocol/own-file.js';
import { isEncrypted } from './encryption.js';
import { refusalOf, type Gate } from './gate.js';
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
  const raw = parseObject(bytes, findings);
  if (raw === undefined) return findings.result();
  const signature = checkSignature(raw, rules, findings);
  const message = checkSchema(raw, about.mtime, rules, findings);
  if (message === undefined) return findings.result();
  remarkOnTime(raw, message, findings);
  remarkOnPlace(about.file, message, findings);
  const { id, from, to } = message;
  return { ...findings.result(), id, from, to, signature };
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
