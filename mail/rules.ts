import { z } from 'zod';
import type { MessageType, Priority } from '../protocol/envelope.js';
import { Cc2ccError, errnoOf } from '../protocol/errors.js';
import { parseJson } from '../protocol/json.js';
import { jsonFault, lineAndColumn } from '../protocol/json-fault.js';
import { lazily } from '../protocol/lazily.js';
import { MAX_INSTRUCTION_BYTES, MAX_RULES_BYTES } from '../protocol/limits.js';
import { NAME_PATTERN, NAME_RULE } from '../protocol/names.js';
import { readOwnFile } from '../protocol/own-file.js';
import { sanitizeText, sanitizeValue } from '../protocol/sanitize.js';
import { quietHoursOf, quietSchema, type QuietHours } from './quiet-hours.js';

/** `rules.json`: a superset of the original's `{version, default: {instruction}}`. */
const rulesSchema = lazily(() => {
  /** Normalised when it is read: one line that can be shown as it is. */
  const instruction = z
    .string()
    .transform((text) => sanitizeText(text).replaceAll(/\s+/g, ' ').trim())
    .refine((text) => Buffer.byteLength(text) <= MAX_INSTRUCTION_BYTES, {
      error: `longer than ${MAX_INSTRUCTION_BYTES} bytes`,
    })
    .default('');
  const rule = z.strictObject({ instruction }).transform((found) => found.instruction);
  const name = z.string().regex(NAME_PATTERN, `is no agent name (${NAME_RULE})`);
  const senderRule = z.strictObject({
    instruction,
    mute: z
      .union([z.boolean(), z.array(name)], {
        error: 'must be true, false or a list of agent names',
      })
      .default(false),
  });

  return z.strictObject({
    version: z
      .union([z.literal(1), z.enum(['1', '1.0', '1.0.0'])], { error: 'must be 1' })
      .optional(),
    default: rule.optional(),
    types: z
      .strictObject({
        message: rule.optional(),
        task: rule.optional(),
        response: rule.optional(),
        status: rule.optional(),
      } satisfies Record<MessageType, unknown>)
      .default({}),
    priorities: z
      .strictObject({
        low: rule.optional(),
        normal: rule.optional(),
        high: rule.optional(),
        critical: rule.optional(),
      } satisfies Record<Priority, unknown>)
      .default({}),
    senders: z.record(name, senderRule).default({}),
    quiet: z.array(quietSchema()).max(100).default([]),
  });
});

/** What the user wants done with messages, checked. */
export interface Rules {
  /** For all, from general to special; see rulings.ts. */
  instruction: string;
  types: Readonly<Partial<Record<MessageType, string | undefined>>>;
  priorities: Readonly<Partial<Record<Priority, string | undefined>>>;
  senders: ReadonlyMap<string, { instruction: string; mute: true | ReadonlySet<string> }>;
  quiet: readonly QuietHours[];
}

/** What was found at the place of rules.json. */
export type RulesFile =
  | { kind: 'missing' }
  | { kind: 'rules'; rules: Rules }
  /** Words that fit after the path: "senders.ann: unknown key …". */
  | { kind: 'bad'; problem: string };

/** The file as `cc2cc init` writes it: every part is there and none has an effect. */
export const EXAMPLE_RULES = `{
  "version": 1,
  "default": { "instruction": "" },
  "types": {
    "task": { "instruction": "" }
  },
  "priorities": {
    "critical": { "instruction": "" }
  },
  "senders": {
    "ci-bot": { "instruction": "", "mute": false }
  },
  "quiet": [
    { "from": "22:00", "to": "07:00", "days": [], "except": ["critical"] }
  ]
}
`;

/** Reads a file that may be missing, broken or hostile. */
export function readRules(path: string): RulesFile {
  try {
    const file = readOwnFile(path, MAX_RULES_BYTES);
    if (file.kind === 'missing') return file;
    if (file.kind !== 'bytes') return { kind: 'bad', problem: file.reason };
    return { kind: 'rules', rules: parseRules(file.bytes) };
  } catch (error) {
    if (error instanceof Cc2ccError) return { kind: 'bad', problem: error.message };
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return { kind: 'bad', problem: `cannot be read: ${errno}` };
  }
}

/**
 * Checks the content of a rules.json.
 *
 * @throws Cc2ccError E_USAGE whose message names the key at fault
 */
export function parseRules(bytes: Uint8Array): Rules {
  let value: unknown;
  try {
    value = parseJson(bytes);
  } catch (error) {
    throw new Cc2ccError('E_USAGE', faultOf(error, bytes));
  }
  const result = rulesSchema().safeParse(value);
  if (!result.success) {
    throw new Cc2ccError('E_USAGE', problemOf(result.error), { cause: result.error });
  }
  return compile(result.data);
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

function compile(value: z.infer<ReturnType<typeof rulesSchema>>): Rules {
  return {
    instruction: value.default ?? '',
    types: value.types,
    priorities: value.priorities,
    senders: new Map(
      Object.entries(value.senders).map(([sender, { instruction: text, mute }]) => [
        sender,
        { instruction: text, mute: mute === true ? true : new Set(mute === false ? [] : mute) },
      ]),
    ),
    quiet: value.quiet.map(quietHoursOf),
  };
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
