import { sanitizeValue } from '../protocol/sanitize.js';

/** What an agent can do, in the form of A2A's AgentSkill. */
export interface Skill {
  id: string;
  name: string;
  description: string;
  tags: string[];
}

/** What an agent says of itself; every text is one line and fit to be shown. */
export interface Profile {
  /** What it is doing. */
  summary: string | undefined;
  /** Who it is and what it is for. */
  description: string | undefined;
  skills: readonly Skill[];
}

/** A skill as a card may have it, whoever wrote that. */
export interface ForeignSkill {
  name: string;
  description?: string | undefined;
  tags?: readonly string[] | undefined;
}

export const SUMMARY_LENGTH = 200;
export const DESCRIPTION_LENGTH = 500;
export const SKILL_LENGTH = 80;
export const MAX_SKILLS = 20;
const MAX_TAGS = 10;

/** What an agent says that it is doing; undefined when nothing is left of it. */
export function summaryOf(text: string): string | undefined {
  return shownLine(text, SUMMARY_LENGTH);
}

export function descriptionOf(text: string): string | undefined {
  return shownLine(text, DESCRIPTION_LENGTH);
}

/** Skills with ids of their own, made of their names; those that say nothing or the same are left out. */
export function skillsOf(skills: readonly ForeignSkill[]): Skill[] {
  const found = new Map<string, Skill>();
  for (const skill of skills) {
    if (found.size === MAX_SKILLS) break;
    const name = shownLine(skill.name, SKILL_LENGTH);
    if (name === undefined || [...found.values()].some((other) => other.name === name)) continue;
    const id = freeId(name, found);
    const description = shownLine(skill.description ?? '', SUMMARY_LENGTH) ?? name;
    const tags = (skill.tags ?? []).slice(0, MAX_TAGS).flatMap((tag) => shownLine(tag, 40) ?? []);
    found.set(id, { id, name, description, tags });
  }
  return [...found.values()];
}

/** One line of at most so many UTF-16 units, without what could be taken for markup. */
export function shownLine(text: string, length: number): string | undefined {
  // Once more afterwards: what is taken away or replaced may stand between blanks.
  const line = oneLine(sanitizeValue(oneLine(text), length));
  return line === '' ? undefined : line;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function freeId(name: string, taken: ReadonlyMap<string, unknown>): string {
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const base = slug.replaceAll(/^-|-$/g, '') || 'skill';
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(id)) return id;
  }
}
