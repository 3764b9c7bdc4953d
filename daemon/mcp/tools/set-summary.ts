import { z } from 'zod';
import {
  DESCRIPTION_LENGTH,
  descriptionOf,
  MAX_SKILLS,
  SKILL_LENGTH,
  skillsOf,
  SUMMARY_LENGTH,
  summaryOf,
  type Profile,
} from '../../../mail/profile.js';
import { Cc2ccError } from '../../../protocol/errors.js';
import { beat, introduce } from '../../identity.js';
import { defineTool } from './tool.js';

export const setSummary = defineTool({
  name: 'set_summary',
  description:
    'Say in one line what you are doing; others see it in list_agents. Also who you are and what you can do, for your agent card. What you leave out stays; empty clears it.',
  schema: z.strictObject({
    text: z.string().optional().describe(`at most ${SUMMARY_LENGTH} characters are kept`),
    description: z
      .string()
      .optional()
      .describe(`what you are for, at most ${DESCRIPTION_LENGTH} characters are kept`),
    skills: z
      .array(z.string().max(1000))
      .max(MAX_SKILLS)
      .optional()
      .describe(`what others may ask you for, at most ${SKILL_LENGTH} characters each`),
  }),
  handle: ({ text, description, skills }, { office, session }) => {
    if (text === undefined && description === undefined && skills === undefined) {
      throw new Cc2ccError('E_USAGE', 'Nothing was said: give text, description or skills.');
    }
    office.register(session);
    const before = session.profile;
    session.profile = {
      summary: text === undefined ? before.summary : summaryOf(text),
      description: description === undefined ? before.description : descriptionOf(description),
      skills: skills === undefined ? before.skills : skillsOf(skills.map((name) => ({ name }))),
    };
    if (text !== undefined) beat(office, session, 'summary changed');
    introduce(office, session); // the card keeps it for the next daemon and for a resumed session
    return { text: answer(session.profile, { text, description, skills }) };
  },
});

/** What of the three is now said, of those that were given. */
function answer(
  { summary, description, skills }: Profile,
  given: { text?: unknown; description?: unknown; skills?: unknown },
): string {
  const names = skills.map(({ name }) => name).join('; ');
  return [
    ...(given.text === undefined
      ? []
      : [summary === undefined ? 'You have no summary now.' : `Others see of you: ${summary}`]),
    ...(given.description === undefined
      ? []
      : [
          description === undefined
            ? 'You have no description now.'
            : `Description: ${description}`,
        ]),
    ...(given.skills === undefined
      ? []
      : [names === '' ? 'You have no skills listed now.' : `Skills: ${names}`]),
  ].join('\n');
}
