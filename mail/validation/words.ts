import type { z } from 'zod';
import { isRecord } from '../../protocol/json.js';
import { NAME_RULE } from '../../protocol/names.js';

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

/** What is wrong with a field, in our words; those of the library are for programmers. */
export function wordsFor(
  issue: z.core.$ZodIssue,
  field: string,
  raw: Record<string, unknown>,
): string {
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
