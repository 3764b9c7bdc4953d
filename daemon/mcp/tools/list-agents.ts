import { z } from 'zod';
import type { AgentStatus } from '../../../protocol/control.js';
import { listedNames } from '../../../mail/directory.js';
import { knownAgent } from '../../../mail/recipient.js';
import { describeAgent } from '../../directory.js';
import { sanitizeValue } from '../../../protocol/sanitize.js';
import { detailLines } from './agent-detail.js';
import { defineTool } from './tool.js';

/** Agents that left are many after some weeks; the model needs those that it may write to. */
const MAX_AWAY = 20;

export const listAgents = defineTool({
  name: 'list_agents',
  description:
    'Agents you can write to: busy, idle or away, the folder each works in, what each is doing.',
  schema: z.strictObject({
    detail: z.boolean().optional().describe('also description, skills, client'),
    name: z.string().optional().describe('only this one, in detail'),
  }),
  alwaysLoad: true,
  readOnly: true,
  handle: ({ detail = false, name: wanted }, { office, session }) => {
    const self = office.register(session);
    const full = (agent: AgentStatus): string[] => [
      line(agent),
      ...detailLines(office, agent.name),
    ];
    if (wanted !== undefined) {
      const name = knownAgent(office, self, wanted);
      return { text: full(describeAgent(office, name)).join('\n') };
    }
    const agents = listedNames(office)
      .filter((name) => name !== self)
      .map((name) => describeAgent(office, name));
    const online = agents.filter(({ status }) => status !== 'offline');
    const away = agents
      .filter(({ status }) => status === 'offline')
      .sort((a, b) => (b.lastSeen ?? '').localeCompare(a.lastSeen ?? ''));
    const lines = [...online, ...away.slice(0, MAX_AWAY)].flatMap(detail ? full : line);
    const more = away.length - MAX_AWAY;
    return {
      text: [
        `You are "${self}". ${lines.length === 0 ? 'No other agent has been here yet.' : 'Others:'}`,
        ...lines,
        ...(more > 0 ? [`… and ${more} more that are away.`] : []),
      ].join('\n'),
    };
  },
});

/** Status, folder, lane, mail that waits, and last, since others write it, what the agent says. */
function line(agent: AgentStatus): string {
  const { name, status, directory, summary, waiting, held = 0, lastSeen, lane } = agent;
  const facts = [
    status === 'offline' ? `away${since(lastSeen)}` : status,
    ...(directory === null ? [] : [`in ${sanitizeValue(directory)}`]),
    ...(lane === null ? [] : [`by ${sanitizeValue(lane)}${trust(agent)}`]),
    ...(waiting === 0 ? [] : [`${waiting} waiting`]),
    ...(held === 0 ? [] : [`${held} of them until its user approves`]),
  ];
  const about = summary === null ? '' : `: ${sanitizeValue(summary)}`;
  return `- ${name}: ${facts.join(', ')}${about}`;
}

/** How sure it is that its lane reaches the model. */
function trust({ where, confirmed, lastEvidence }: AgentStatus): string {
  if (where !== 'here') return ''; // only its own daemon knows
  if (!confirmed) return ' (not confirmed)';
  const at = lastEvidence?.at.slice(11, 16);
  return at === undefined ? ' (confirmed)' : ` (confirmed, last seen to work ${at} UTC)`;
}

function since(lastSeen: string | null): string {
  return lastSeen === null ? '' : `, last seen ${lastSeen.slice(0, 16).replace('T', ' ')} UTC`;
}
