import type { Model, Turn } from './model.js';
import type { ClaudeSession } from './session.js';

const TURNS = 3;
const CHARACTERS = 600;

/** What one needs to see when a test failed: screens, debug logs, and what the models were given. */
export async function reportOf(
  failure: string,
  sessions: readonly ClaudeSession[],
  models: readonly Model[],
  world: string,
): Promise<string> {
  const described = await Promise.all(sessions.map((session) => session.describe()));
  const turns = models.map(turnsOf);
  return [`=== failed: ${failure}`, ...described, ...turns, world, '==='].join('\n');
}

function turnsOf({ session, turns }: Model): string {
  const last = turns.slice(-TURNS).map(lines).join('\n');
  return `--- model of ${session}: ${turns.length} turns, the last of them\n${last}`;
}

function lines({ texts }: Turn): string {
  return texts.map((text) => `  > ${JSON.stringify(text.slice(0, CHARACTERS))}`).join('\n');
}
