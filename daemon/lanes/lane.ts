import type { SessionFacts } from '../../protocol/hello.js';

/**
 * The ways by which a message can reach a session. `channel` is a notification of the MCP
 * connection; `tool` means that messages wait until the model calls one of our tools.
 */
export const LANES = ['channel', 'tool'] as const;
export type LaneName = (typeof LANES)[number];

/** Flag values that mean us: `server:cc2cc`, `plugin:cc2cc@market`, or a server named after us. */
const OUR_CHANNEL = /^(?:server|plugin):[^@]*cc2cc/;

/**
 * The lane of a session: what `CC2CC_LANES` says first, else the channel when the client was started
 * with our channel flag (which the handshake does not tell), else tool results.
 */
export function chooseLane(facts: Pick<SessionFacts, 'lanes' | 'channels'>): LaneName {
  for (const word of (facts.lanes ?? '').split(/[\s,]+/)) {
    const lane = LANES.find((name) => name === word);
    if (lane !== undefined) return lane;
  }
  return facts.channels.some((value) => OUR_CHANNEL.test(value)) ? 'channel' : 'tool';
}
