import { join } from 'node:path';
import { History } from '../history/history.js';
import { makeSandbox, type Sandbox } from '../support/sandbox.js';
import { Member } from './member.js';
import { Random } from './random.js';

/** Waits and looks are shortened, so that a minute has what is else spread over an hour. */
const SETTINGS = {
  CC2CC_IDLE_MS: '1500',
  CC2CC_TURN_MS: '500',
  CC2CC_ROUND_MS: '500',
  CC2CC_SWEEP_MS: '1000',
  CC2CC_CLEANUP_MS: '5000',
};

/** So many messages of its own each agent knows. */
const KEPT_MAIL = 30;

/** All that a soak acts upon. */
export interface World {
  sandbox: Sandbox;
  history: History;
  random: Random;
  members: Member[];
  /** Names of people and scripts, whose mail is read by a command. */
  scripts: readonly string[];
  /** Whoever reads the mail of a script at this moment; two would show it twice. */
  reading: Set<string>;
  /** File of the probe in our own daemon. */
  probe: string;
  /** Whether daemons may be killed now. */
  isWild: boolean;
  /** How often each action was carried out. */
  counts: Map<string, number>;
  /** What must not happen and is no matter of messages. */
  mishaps: string[];
}

export function makeWorld(seed: number, agents: number): World {
  const sandbox = makeSandbox(SETTINGS);
  const history = new History();
  const members = Array.from({ length: agents }, (_, i) => new Member(sandbox, history, i));
  const byKey = new Map(members.map((member) => [member.key, member]));
  history.on((entry) => {
    if (entry.kind !== 'shown') return;
    const mail = byKey.get(entry.agent)?.mail;
    mail?.push(entry.id);
    if (mail !== undefined && mail.length > KEPT_MAIL) mail.shift();
  });
  return {
    sandbox,
    history,
    random: new Random(seed),
    members,
    scripts: ['desk', 'cron', 'ci'],
    reading: new Set(),
    probe: join(sandbox.dir, 'probe.json'),
    isWild: false,
    counts: new Map(),
    mishaps: [],
  };
}

/** One that is attached; at the beginning of everything there is at least one. */
export function present({ members, random }: World): Member {
  return random.pick(members.filter(({ isHere }) => isHere));
}

/** Any name that mail may be for: of an agent, here or away, or of a script. */
export function anyName({ members, scripts, random }: World): string {
  if (random.chance(0.08)) return random.pick(scripts);
  const member = random.pick(members);
  return random.chance(0.05) ? member.otherName : member.name;
}
