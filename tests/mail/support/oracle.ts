import { createHmac } from 'node:crypto';

/**
 * What the specification says of a message file, written down a second time, without the schemas and
 * parsers of the product, so that a mistake in either shows.
 */
export interface Judgement {
  /** The id under which an inbox takes it in. */
  id: string | undefined;
}

const MAX_FILE = 6_356_992;
const MAX_TEXT = 1_048_576;

/** @param key the root's key; invalid signatures are refused, missing ones are not */
export function judge(bytes: Buffer, key: string): Judgement {
  const refused = { id: undefined };
  if (bytes.length > MAX_FILE) return refused;
  let text = bytes.toString('utf8');
  // Node puts a replacement where bytes are no characters.
  if (!Buffer.from(text).equals(bytes)) return refused;
  if (text.startsWith('\ufeff')) text = text.slice(1);
  if (depthOf(text) > 32) return refused;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused;
  }
  if (!isObject(value)) return refused;
  const { id } = value;
  const fine = isMessage(value) && hasGoodSignature(value, key);
  return { id: fine && typeof id === 'string' ? id : undefined };
}

function isMessage(value: Record<string, unknown>): boolean {
  const { id, timestamp, from, to, type, priority, identity, task, content } = value;
  const { replyTo, ttl, signature, thread, hops, broadcast, awaited } = value;
  if (!isObject(content)) return false;
  const { text, parts } = content;
  return (
    isId(id) &&
    (timestamp === undefined || timestamp === null || isTime(timestamp)) &&
    isName(from) &&
    isName(to) &&
    oneOf(type, ['message', 'task', 'response', 'status']) &&
    oneOf(priority, ['low', 'normal', 'high', 'critical']) &&
    [identity, task].every((field) => field === undefined || field === null || isObject(field)) &&
    typeof text === 'string' &&
    Buffer.byteLength(text) <= MAX_TEXT &&
    (parts === undefined || Array.isArray(parts)) &&
    (replyTo === undefined || replyTo === null || isId(replyTo)) &&
    (ttl === undefined || (isNumber(ttl) && ttl >= 0)) &&
    (signature === undefined ||
      signature === null ||
      (typeof signature === 'string' && signature.length <= 200)) &&
    (thread === undefined || isId(thread)) &&
    (hops === undefined || (isNumber(hops) && hops % 1 === 0 && hops >= 0 && hops <= 1000)) &&
    [broadcast, awaited].every((field) => field === undefined || typeof field === 'boolean')
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) < Infinity;
}

function oneOf(value: unknown, words: readonly string[]): boolean {
  return value === undefined || words.some((word) => word === value);
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const allOf = (text: string, chars: string): boolean =>
  text.split('').every((char) => chars.includes(char));

function isName(value: unknown): boolean {
  if (typeof value !== 'string' || value.length < 1 || value.length > 31) return false;
  return allOf(value, `${LETTERS}${DIGITS}-`) && !value.startsWith('-');
}

function isId(value: unknown): boolean {
  if (typeof value !== 'string' || !value.startsWith('msg-')) return false;
  const rest = value.slice(4);
  const chars = `${LETTERS}${LETTERS.toUpperCase()}${DIGITS}-_`;
  return rest.length >= 1 && rest.length <= 64 && allOf(rest, chars);
}

/** `YYYY-MM-DDTHH:MM`, then seconds and a fraction, then a zone; with a zone seconds are a must. */
function isTime(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [date = '', time = '', ...more] = value.split('T');
  if (more.length > 0 || !isDate(date)) return false;
  let clock = time;
  const zone = /(Z|[+-]..:..)$/s.exec(time)?.[0];
  if (zone !== undefined) {
    clock = time.slice(0, -zone.length);
    if (zone !== 'Z' && !(upTo(zone.slice(1, 3), 23) && upTo(zone.slice(4), 59))) return false;
  }
  const [hours = '', minutes = '', seconds, ...rest] = clock.split(':');
  if (rest.length > 0 || !upTo(hours, 23) || !upTo(minutes, 59)) return false;
  if (seconds === undefined) return zone === undefined;
  const [whole = '', fraction, ...again] = seconds.split('.');
  if (again.length > 0 || !upTo(whole, 59)) return false;
  return fraction === undefined || (fraction !== '' && allOf(fraction, DIGITS));
}

function isDate(text: string): boolean {
  const [year = '', month = '', day = '', ...more] = text.split('-');
  if (more.length > 0 || year.length !== 4 || !allOf(year, DIGITS)) return false;
  if (!upTo(month, 12) || !upTo(day, 31) || month === '00' || day === '00') return false;
  const y = Number(year);
  const leap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return Number(day) <= days[Number(month) - 1]!;
}

const upTo = (text: string, most: number): boolean =>
  text.length === 2 && allOf(text, DIGITS) && Number(text) <= most;

function hasGoodSignature(value: Record<string, unknown>, key: string): boolean {
  const { signature, ...rest } = value;
  const unsigned = signature === undefined || signature === null;
  return unsigned || signature === signatureFor(rest, key);
}

/** @param message without a signature */
export function signatureFor(message: object, key: string): string {
  const digest = createHmac('sha256', key).update(canonical(message)).digest('hex');
  return `hmac-sha256:${digest}`;
}

/** RFC 8785: keys by code units, numbers and strings as JavaScript writes them. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

function depthOf(text: string): number {
  // Strings, also one that never ends, hold no brackets that count.
  const bare = text.replaceAll(/"(?:[^"\\]|\\[^])*(?:"|$)/g, '');
  let [depth, deepest] = [0, 0];
  for (const char of bare) {
    if ('{['.includes(char)) deepest = Math.max(deepest, (depth += 1));
    if ('}]'.includes(char)) depth -= 1;
  }
  return deepest;
}
