import { z } from 'zod';
import type { MessageType, Priority } from '../protocol/envelope.js';
import { lazily } from '../protocol/lazily.js';
import { MAX_INSTRUCTION_BYTES, MAX_RULES_BYTES } from '../protocol/limits.js';
import { NAME_PATTERN, NAME_RULE } from '../protocol/names.js';
import { sanitizeText } from '../protocol/sanitize.js';
import { parsePolicy, readPolicyFile } from './policy-file.js';
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
  const file = readPolicyFile(path, MAX_RULES_BYTES, parseRules);
  return file.kind === 'read' ? { kind: 'rules', rules: file.value } : file;
}

/**
 * Checks the content of a rules.json.
 *
 * @throws Cc2ccError E_USAGE whose message names the key at fault
 */
export function parseRules(bytes: Uint8Array): Rules {
  return compile(parsePolicy(bytes, rulesSchema()));
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
