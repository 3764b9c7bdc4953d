import { readCard, shownCard } from '../../../mail/card.js';
import type { Skill } from '../../../mail/profile.js';
import type { Office } from '../../office.js';

/** What `list_agents` tells in detail of an agent, from its card, which others may have written. */
export function detailLines(office: Office, name: string): string[] {
  const card = readCard(office.root, name);
  if (card === undefined) return [];
  const { client, since, ...shown } = shownCard(card);
  // Of a session here it is known; a card is a file.
  const { description, skills } = office.agent(name)?.profile ?? shown;
  const attached = since === undefined ? [] : [`attached since ${minuteOf(since)}`];
  const facts = [
    ...(client === undefined ? [] : [`${client.name} ${client.version}`]),
    ...attached,
  ];
  return [
    ...(description === undefined ? [] : [`  description: ${description}`]),
    ...(skills.length === 0 ? [] : [`  skills: ${skills.map(skillText).join('; ')}`]),
    ...(facts.length === 0 ? [] : [`  client: ${facts.join(', ')}`]),
  ];
}

function skillText({ name, description, tags }: Skill): string {
  const about = description === name ? '' : `: ${description}`;
  return `${name}${about}${tags.length === 0 ? '' : ` (${tags.join(', ')})`}`;
}

function minuteOf(time: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(time)
    ? `${time.slice(0, 16).replace('T', ' ')} UTC`
    : time;
}
