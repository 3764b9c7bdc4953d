import { z } from 'zod';
import { checkBy } from '../protocol/check-by.js';
import { Cc2ccError } from '../protocol/errors.js';
import { INSTALL_LINE } from '../protocol/install-line.js';
import type { Hello, SessionFacts } from '../protocol/hello.js';
import { ID_PATTERN } from '../protocol/ids.js';
import { PROTOCOL, PUSHED_RING } from '../protocol/limits.js';
import { proofFits, proofOf } from '../protocol/token.js';
import { version } from '../protocol/version.js';

/** A hello is made and sent within milliseconds; this leaves room for a suspended process. */
const MAX_AGE_MS = 60_000;

// The caps are those at which a shim cuts its facts.
const path = z.string().max(4096);
const word = z.string().max(256);

const factsSchema = z.object({
  attachKey: z.string().regex(/^[0-9a-f]{32}$/),
  pid: z.int(),
  ppid: z.int(),
  cwd: path,
  projectDir: path.optional(),
  sessionId: word.optional(),
  wantedName: word.optional(),
  entrypoint: word.optional(),
  messaging: z.boolean(),
  channels: z.array(word).max(32),
  lanes: word.optional(),
  claudeDir: path.optional(),
  transcript: word.optional(),
  presence: word.optional(),
  plugin: z.literal(true).optional(),
  reattach: z
    .object({
      name: word.optional(),
      since: z.int().optional(),
      listed: z.boolean(),
      tools: word.optional(),
      standby: z.literal(true).optional(),
      pushed: z.array(z.string().regex(ID_PATTERN)).max(PUSHED_RING),
    })
    .optional(),
});

/** This much is the same in every protocol version, so that a mismatch can be explained. */
const outerSchema = z.object({
  cc2cc: z.literal('hello'),
  protocol: z.number(),
  version: z.string().max(100),
  kind: z.string().max(20).optional(),
});

const helloSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('session'),
    nonce: z.string().regex(/^[0-9a-f]{32}$/),
    time: z.int(),
    proof: z.string(),
    session: factsSchema,
  }),
  z.object({
    kind: z.literal('control'),
    nonce: z.string().regex(/^[0-9a-f]{32}$/),
    time: z.int(),
    proof: z.string(),
  }),
]);

/** What a checked hello asks for. */
export interface Greeting {
  nonce: string;
  time: number;
  /** Undefined for a control connection. */
  session: SessionFacts | undefined;
}

/**
 * Checks hello lines. Holds the nonces of the last minutes, so that a line that was overheard cannot
 * be used again.
 */
export function helloChecker(token: string): (line: Buffer) => Greeting {
  const used = new Map<string, number>();
  return (line) => {
    const value: unknown = parse(line);
    const outer = checkBy(outerSchema, value);
    if (!outer.success) throw new Cc2ccError('E_PROTOCOL', 'The first line must be a cc2cc hello.');
    // Every version must be able to ask any other for its status and to make room.
    if (outer.data.protocol !== PROTOCOL && outer.data.kind !== 'control') {
      throw protocolError(outer.data);
    }
    const hello = checkBy(helloSchema, value);
    if (!hello.success)
      throw new Cc2ccError('E_PROTOCOL', 'The hello lacks a field or has a bad one.');
    const { nonce, time, proof } = hello.data;
    const now = Date.now();
    // The proof first: a stranger must not be able to fill the table of nonces.
    if (!proofFits(proofOf(token, 'client', nonce, time), proof)) {
      throw new Cc2ccError('E_TOKEN', 'The hello does not prove the shared token.', {
        hint: 'Client and daemon must run as the same user with the same state folder.',
      });
    }
    if (Math.abs(now - time) > MAX_AGE_MS || used.has(nonce)) {
      throw new Cc2ccError('E_TOKEN', 'The hello is too old or has been used before.');
    }
    for (const [old, at] of used) {
      // Insertion order is time order. Twice the age: a hello may be dated that far ahead.
      if (now - at <= 2 * MAX_AGE_MS) break;
      used.delete(old);
    }
    used.set(nonce, now);
    const session =
      hello.data.kind === 'session' ? withoutUndefined(hello.data.session) : undefined;
    return { nonce, time, session };
  };
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return undefined; // fails the schema next
  }
}

/** Zod leaves optional fields as `T | undefined`; the facts have them present or not at all. */
function withoutUndefined(facts: z.infer<typeof factsSchema>): SessionFacts {
  return JSON.parse(JSON.stringify(facts)) as SessionFacts;
}

function protocolError(hello: Pick<Hello, 'protocol' | 'version'>): Cc2ccError {
  const older = hello.protocol < PROTOCOL;
  return new Cc2ccError(
    'E_PROTOCOL',
    `This daemon (${version()}) speaks protocol ${PROTOCOL}, the client (${hello.version}) ${hello.protocol}.`,
    {
      hint: older
        ? `Restart the session: its cc2cc is older than the running daemon. If that does not help, update it in its newest clone: ${INSTALL_LINE}`
        : 'Restart the daemon: cc2cc-daemon restart',
    },
  );
}
