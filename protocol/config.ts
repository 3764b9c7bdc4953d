import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Cc2ccError, errnoOf, storeError } from './errors.js';
import {
  DEFAULT_KEEP_DAYS,
  DEFAULT_RATE_PER_MINUTE,
  DEFAULT_TTL_S,
  MAX_INBOX_MESSAGES,
  REPEAT_MS,
} from './limits.js';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** `config.json`; every field may be missing. */
const configSchema = z.strictObject({
  /** Messages a minute between one pair of agents; `off` for none. */
  rate: z.union([z.number().positive(), z.literal('off')]).default(DEFAULT_RATE_PER_MINUTE),
  /** Messages that may wait in one inbox. */
  maxInbox: z.int().positive().default(MAX_INBOX_MESSAGES),
  /** Seconds that a message of ours waits. */
  ttl: z.number().min(0).default(DEFAULT_TTL_S),
  /** `off`: no session is told of others that join and leave. */
  presence: z.enum(['on', 'off']).default('on'),
  logLevel: z.enum(LEVELS).default('info'),
  /** Bytes after which a log file is set aside; one old file is kept. */
  logBytes: z
    .int()
    .positive()
    .default(5 * 1024 * 1024),
  /** Milliseconds between two rounds: rescans, self-check, and every second time heartbeats. */
  roundMs: z.int().min(20).max(10_000).default(4_000),
  /** Milliseconds after which an idle session has moved on without a sign of what was pushed. */
  idleMs: z.int().min(100).default(15_000),
  /** The same after the end of a turn that followed the push. */
  turnMs: z.int().min(100).default(3_000),
  /** Seconds within which an identical text to the same agent is refused; 0 for never. */
  repeatSeconds: z
    .number()
    .min(0)
    .default(REPEAT_MS / 1000),
  /**
   * What becomes of messages by their signature. `accept`: all are taken in. `flag`: unsigned ones are
   * taken in and marked, invalid ones rejected. `require`: both are rejected.
   */
  signatures: z.enum(['accept', 'flag', 'require']).default('flag'),
  /** Write texts encrypted, in the original's form; they are read in any case. */
  encrypt: z.boolean().default(false),
  /** Days that what has ended is kept: done/, receipts/, rejected/, tasks, dead mailboxes; 0: for ever. */
  keepDays: z.number().min(0).default(DEFAULT_KEEP_DAYS),
  /** Milliseconds between two looks for expired messages in all mailboxes. */
  sweepMs: z.int().min(20).default(30_000),
});

export type Config = z.infer<typeof configSchema>;

/** Environment variables that override the file, for tests, benches and units. */
const VARIABLES = {
  CC2CC_RATE: 'rate',
  CC2CC_MAX_INBOX: 'maxInbox',
  CC2CC_TTL: 'ttl',
  CC2CC_LOG_LEVEL: 'logLevel',
  CC2CC_LOG_BYTES: 'logBytes',
  CC2CC_ROUND_MS: 'roundMs',
  CC2CC_SWEEP_MS: 'sweepMs',
  CC2CC_SIGNATURES: 'signatures',
  CC2CC_ENCRYPT: 'encrypt',
  CC2CC_KEEP_DAYS: 'keepDays',
  CC2CC_IDLE_MS: 'idleMs',
  CC2CC_TURN_MS: 'turnMs',
  CC2CC_REPEAT_SECONDS: 'repeatSeconds',
} as const;

/**
 * The configuration from `path` and the environment.
 *
 * @throws Cc2ccError E_USAGE that names the file or variable at fault
 */
export function loadConfig(
  path: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const overrides: Record<string, unknown> = {};
  for (const [variable, field] of Object.entries(VARIABLES)) {
    const value = env[variable];
    if (value === undefined || value === '') continue;
    // The original's way to say yes, and its contrary.
    if (field === 'encrypt' && /^[01]$/.test(value)) overrides[field] = value === '1';
    else overrides[field] = /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  }
  const result = configSchema.safeParse({ ...readConfig(path), ...overrides });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  const variable = Object.entries(VARIABLES).find(([, name]) => name === field)?.[0];
  const inFile = field === '' ? path : `${path}: ${field}`;
  const where = variable !== undefined && field in overrides ? variable : inFile;
  throw new Cc2ccError('E_USAGE', `Configuration ${where}: ${issue?.message ?? 'invalid'}.`, {
    hint: 'See docs/SPECIFICATION.md, "Limits and configuration".',
  });
}

function readConfig(path: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return {};
    if (!(error instanceof SyntaxError)) throw storeError('read the configuration', path, error);
  }
  throw new Cc2ccError('E_USAGE', `Configuration ${path} is not a JSON object.`);
}
