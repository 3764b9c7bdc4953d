import { z } from 'zod';
import { isName, NAME_RULE } from '../../../protocol/names.js';
import { describeAgent, onlineNames } from '../../directory.js';
import type { Profile } from '../../../mail/profile.js';
import { heldLine } from '../../lanes/unapproved.js';
import { plural } from '../../lanes/digest.js';
import { sanitizeText, sanitizeValue } from '../../../protocol/sanitize.js';
import { warningOf } from '../../rivals.js';
import type { Office } from '../../office.js';
import { defineTool } from './tool.js';

export const whoami = defineTool({
  name: 'whoami',
  description: 'Your own agent name and summary, how messages reach you, and who else is online.',
  schema: z.strictObject({}),
  readOnly: true,
  handle: (_args, { office, session }) => {
    const name = office.register(session);
    const others = onlineNames(office, name);
    const wish = session.facts.wantedName;
    return {
      text: [
        `You are "${name}". Online: ${others.length === 0 ? 'nobody else' : others.join(', ')}.`,
        laneSentence(office, name),
        ...(office.rivals.has(name) ? [warningOf(name)] : []),
        ...selfSentences(session.profile),
        ...(wish === undefined || isName(wish)
          ? []
          : [`The wished name "${sanitizeValue(wish)}" is not possible (${NAME_RULE}).`]),
        ...ruleSentences(office, name),
        ...[heldLine(session)].filter((line) => line !== undefined),
        `Attached since ${session.since.toISOString()}, root ${office.root}.`,
      ].join('\n'),
    };
  },
});

/** What others are shown of it. */
function selfSentences({ summary, description, skills }: Profile): string[] {
  return [
    ...(summary === undefined ? [] : [`Others see of you: ${summary}`]),
    ...(description === undefined ? [] : [`Your description: ${description}`]),
    ...(skills.length === 0 ? [] : [`Your skills: ${skills.map(({ name }) => name).join('; ')}`]),
  ];
}

/** What rules.json keeps from the session, and whether it is in force as it is. */
function ruleSentences(office: Office, name: string): string[] {
  const problems = [office.rules.problem, office.trust.problem];
  const waiting = office.agent(name)?.agent?.mailbox.waiting() ?? [];
  const muted = waiting.filter(({ subject }) => office.rules.isMuted(subject, name)).length;
  return [
    ...(muted === 0
      ? []
      : [
          `${plural(muted, 'message')} of senders that rules.json mutes ${muted === 1 ? 'waits' : 'wait'}: check_inbox shows them.`,
        ]),
    ...problems.flatMap((problem) =>
      problem === undefined ? [] : `For your user: ${sanitizeText(problem)}.`,
    ),
  ];
}

const WAYS: Readonly<Record<string, string>> = {
  channel: 'channel notifications wake you',
  socket: "texts to your session's own socket wake you",
  hook: 'hooks bring what waits with your next step',
  tool: 'tool results bring what waits: call check_inbox',
};

/** How messages reach the session, and how sure that is. */
function laneSentence(office: Office, name: string): string {
  const { lane, confirmed, lastEvidence, deadLanes } = describeAgent(office, name);
  const last =
    lastEvidence === null
      ? ''
      : `, last evidence ${lastEvidence.at.slice(0, 19)}Z by ${lastEvidence.evidence}`;
  const given = deadLanes.map(({ name: dead, why }) => ` Not by ${dead}: ${why}.`).join('');
  return `Lane: ${lane ?? 'tool'} (${confirmed ? 'confirmed' : 'not confirmed yet'}${last}): ${WAYS[lane ?? 'tool'] ?? ''}.${given}`;
}
