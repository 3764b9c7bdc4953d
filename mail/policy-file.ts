import type { z } from 'zod';
import { checkBy } from '../protocol/check-by.js';
import { Cc2ccError, errnoOf } from '../protocol/errors.js';
import { parseJson } from '../protocol/json.js';
import { jsonFault, lineAndColumn } from '../protocol/json-fault.js';
import { NAME_RULE } from '../protocol/names.js';
import { readOwnFile } from '../protocol/own-file.js';
import { sanitizeValue } from '../protocol/sanitize.js';

/** What was found at the place of a file in which the user says what is to be done with messages. */
export type PolicyFile<T> =
  | { kind: 'missing' }
  | { kind: 'read'; value: T }
  /** Words that fit after the path: "senders.ann: unknown key …". */
  | { kind: 'bad'; problem: string };

/**
 * Reads one that may be missing, broken or hostile.
 *
 * @param parse throws Cc2ccError E_USAGE for what it does not take
 */
export function readPolicyFile<T>(
  path: string,
  maxBytes: number,
  parse: (bytes: Uint8Array) => T,
): PolicyFile<T> {
  try {
    const file = readOwnFile(path, maxBytes, { privacy: 'tighten' });
    if (file.kind === 'missing') return file;
    if (file.kind !== 'bytes') return { kind: 'bad', problem: file.reason };
    return { kind: 'read', value: parse(file.bytes) };
  } catch (error) {
    if (error instanceof Cc2ccError) return { kind: 'bad', problem: error.message };
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return { kind: 'bad', problem: `cannot be read: ${errno}` };
  }
}

/**
 * Checks the content of one.
 *
 * @throws Cc2ccError E_USAGE whose message names the place or the key at fault
 */
export function parsePolicy<T>(bytes: Uint8Array, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = parseJson(bytes);
  } catch (error) {
    throw new Cc2ccError('E_USAGE', faultOf(error, bytes));
  }
  const result = checkBy(schema, value);
  if (result.success) return result.data;
  throw new Cc2ccError('E_USAGE', problemOf(result.error), { cause: result.error });
}

/** Most files are wrong by a comma, which is not easily seen. */
function faultOf(error: unknown, bytes: Uint8Array): string {
  if (error instanceof TypeError) return 'not valid UTF-8';
  if (error instanceof RangeError) return error.message;
  const text = new TextDecoder().decode(bytes);
  const fault = jsonFault(text);
  if (fault === undefined) return 'not valid JSON';
  const { line, column } = lineAndColumn(text, fault.at);
  return `not valid JSON at line ${line}, column ${column}: expected ${fault.expected}`;
}

/** The first thing at fault, in words; keys come from the file and are made harmless. */
function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'invalid';
  const path = sanitizeValue(issue.path.map(String).join('.'));
  const where = path === '' ? '' : `${path}: `;
  switch (issue.code) {
    case 'unrecognized_keys': {
      const keys = issue.keys.map((key) => `"${sanitizeValue(key).slice(0, 40)}"`);
      return `${where}unknown key ${keys.slice(0, 5).join(', ')}`;
    }
    case 'invalid_key':
      return `${where}is no agent name (${NAME_RULE})`;
    case 'invalid_type':
      return path === ''
        ? 'is not a JSON object'
        : `${where}must be ${/^[ao]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
    default:
      return where + issue.message;
  }
}
