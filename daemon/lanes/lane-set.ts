import { LANES, type Evidence, type LaneName } from '../../mail/delivery.js';
import type { SessionFacts } from '../../protocol/hello.js';

/** Flag values that mean us: `server:cc2cc`, or a server named after us; `plugin:cc2cc@market`. */
const OUR_CHANNEL = /^server:[^@]*cc2cc/;
const CHANNEL_OF_PLUGIN = /^plugin:[^@]*cc2cc[^@]*@/;

/** What of a session's facts decides on its lanes. */
type LaneFacts = Pick<SessionFacts, 'lanes' | 'channels' | 'messaging' | 'plugin'>;

/** How often a message is tried on a lane that has brought others before the next one has its turn. */
const MAX_ATTEMPTS = 3;

/** The last sign that the model was given something, and how it had been brought. */
export interface LastEvidence {
  evidence: Evidence;
  lane: LaneName;
  at: Date;
}

interface Lane {
  readonly name: LaneName;
  /** A message that it brought was seen. */
  confirmed: boolean;
  /** Messages that it should have brought and that were not seen, since the last that was. */
  lost: number;
  /** Why it is not used any more. */
  dead: string | undefined;
}

/**
 * The lanes of one session in the order in which they are used, and what has been learned of them.
 * Only `channel` and `socket` can wake a session at any time; `hook` and `tool` bring what waits when
 * the client or the model turns to us.
 */
export class LaneSet {
  readonly #lanes: Lane[];
  lastEvidence: LastEvidence | undefined;

  constructor(facts: LaneFacts) {
    this.#lanes = chooseLanes(facts).map((name) => ({
      name,
      confirmed: false,
      lost: 0,
      dead: undefined,
    }));
  }

  /** Whether a lane is among those that this session uses. */
  has(name: LaneName): boolean {
    const lane = this.#find(name);
    return lane !== undefined && lane.dead === undefined;
  }

  /** Lanes that can wake the session, best first. */
  pushing(): LaneName[] {
    return this.#lanes
      .filter(({ name, dead }) => dead === undefined && (name === 'channel' || name === 'socket'))
      .map(({ name }) => name);
  }

  /** The best lane in use. `hook` counts when hooks have reported. */
  best(hooked: boolean): LaneName {
    return this.pushing()[0] ?? (hooked && this.has('hook') ? 'hook' : 'tool');
  }

  isConfirmed(name: LaneName): boolean {
    return this.#find(name)?.confirmed === true;
  }

  /** Whether a message that these attempts were made for may be tried on this lane. */
  mayTry(name: LaneName, tried: readonly LaneName[]): boolean {
    const lane = this.#find(name);
    if (lane?.dead !== undefined) return false;
    const attempts = tried.filter((other) => other === name).length;
    return attempts < (lane?.confirmed === true ? MAX_ATTEMPTS : 1);
  }

  /** Something that came by this lane was seen. */
  confirm(lane: LaneName, evidence: Evidence): void {
    this.lastEvidence = { evidence, lane, at: new Date() };
    const found = this.#find(lane);
    if (found === undefined) return;
    found.confirmed = true;
    found.lost = 0;
    found.dead = undefined; // slow, not dead
  }

  /**
   * Something that went by this lane was not seen although the session moved on, or did not leave.
   *
   * @returns whether the lane is given up for that
   */
  lose(name: LaneName, why = 'what it brought was not seen'): boolean {
    const lane = this.#find(name);
    if (lane === undefined) return false;
    lane.lost += 1;
    if (lane.lost < (lane.confirmed ? MAX_ATTEMPTS : 1)) return false;
    this.bury(name, why);
    return true;
  }

  bury(name: LaneName, why: string): void {
    const lane = this.#find(name);
    if (lane !== undefined && name !== 'tool') lane.dead = why;
  }

  /** Why lanes are not used any more, for people. */
  get dead(): { name: LaneName; why: string }[] {
    return this.#lanes.flatMap(({ name, dead }) => (dead === undefined ? [] : { name, why: dead }));
  }

  #find(name: LaneName): Lane | undefined {
    return this.#lanes.find((lane) => lane.name === name);
  }
}

/**
 * The lanes of a session: those that `CC2CC_LANES` names, in its order; else the channel when the
 * client was started with our channel flag (which the handshake does not tell), then the session's
 * own socket where it has one, then hooks. Tool results are always there.
 */
export function chooseLanes(facts: LaneFacts): LaneName[] {
  const { lanes, messaging } = facts;
  const words = (lanes ?? '').split(/[\s,]+/);
  const wished = words.flatMap((word) => LANES.find((name) => name === word) ?? []);
  const byItself: LaneName[] = [
    ...(asksForChannel(facts) ? (['channel'] as const) : []),
    ...(messaging ? (['socket'] as const) : []),
    'hook',
  ];
  return [...new Set([...(wished.length > 0 ? wished : byItself), 'tool' as const])];
}

/**
 * Whether the client was started with our channel flag. It takes pushes of a server that the flag names,
 * and drops those of another in silence: the plugin's server is not called `server:cc2cc`.
 */
export function asksForChannel({
  channels,
  plugin,
}: Pick<SessionFacts, 'channels' | 'plugin'>): boolean {
  const ours = plugin === true ? CHANNEL_OF_PLUGIN : OUR_CHANNEL;
  return channels.some((value) => ours.test(value));
}
