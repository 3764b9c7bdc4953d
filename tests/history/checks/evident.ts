import type { Ledger, Sight } from '../ledger.js';
import type { Violation } from '../violation.js';
import type { End } from './ended.js';

/** What counts as seen was shown by a lane that fits the evidence, and what was shown in full counts. */
export function checkEvident(ledger: Ledger, ends: readonly End[]): Violation[] {
  const found: Violation[] = [];
  // Who changes a task has had the message with it.
  const tasks = ends.filter(({ message, evidence }) => message.isTask && evidence === 'reply');
  const answers: Answers = {
    ids: new Set([
      ...ledger.sendings.flatMap(({ send }) => send.replyTo ?? []),
      ...tasks.map(({ message }) => message.id),
    ]),
    keys: new Set(
      ledger.sendings.flatMap(({ send }) => (send.replyTo === undefined ? [] : send.from)),
    ),
    names: new Set(tasks.map(({ box }) => box.owner)),
  };
  for (const { message, state, evidence = 'none', box, lines } of ends) {
    const { id } = message;
    const sights = (ledger.sights.get(id) ?? []).filter(({ agent }) =>
      ledger.history.namesOf(agent).has(box.owner),
    );
    const say = (detail: string): void => {
      found.push({ invariant: 'evident', about: id, detail });
    };
    if (state === 'seen' && !isShown(ledger, evidence, id, sights, answers)) {
      const at = Date.parse(lines.findLast(({ event }) => event === 'seen')?.at ?? '');
      if (isReaderLost(ledger, box.owner, at)) continue;
      const shown = sights.map(({ lane }) => lane).join(', ') || 'nothing';
      say(`counts as seen by ${box.owner} (${evidence}), who was shown it by ${shown}`);
    }
    if (state !== 'waiting') continue;
    const seen = sights.find(({ lane }) => lane === 'tool' || lane === 'command');
    const isDropped = lines.some(({ event }) => event === 'dropped');
    if (seen !== undefined && !isDropped && !isKilledAfter(ledger, seen.at)) {
      say(`waits, though ${seen.agent} was shown it by ${seen.lane}`);
    }
  }
  return found;
}

/** What was answered, by a reply or by changing its task, and who did so: keys, and names at the end. */
interface Answers {
  ids: ReadonlySet<string>;
  keys: ReadonlySet<string>;
  names: ReadonlySet<string>;
}

function isShown(
  { history }: Ledger,
  evidence: string,
  id: string,
  sights: readonly Sight[],
  answers: Answers,
): boolean {
  const by = (...lanes: Sight['lane'][]): boolean =>
    sights.some(({ lane }) => lanes.includes(lane));
  switch (evidence) {
    case 'tool result':
      return by('tool');
    case 'command':
      return by('command');
    case 'reply':
      return answers.ids.has(id);
    case 'proven lane':
      // Another message was answered, else there is no proof.
      return (
        by('channel', 'socket') &&
        sights.some(
          ({ agent }) =>
            answers.keys.has(agent) ||
            [...history.namesOf(agent)].some((name) => answers.names.has(name)),
        )
      );
    case 'hook':
      return by('hook') || history.of('prompted').some((one) => one.id === id);
    case 'transcript':
      return history.of('prompted').some((one) => one.id === id);
    default:
      return false;
  }
}

/** What a process had not read, or not said, when it was lost, milliseconds. */
const LATE_MS = 5_000;

/**
 * A client or command that dies at that moment had it and could not say so.
 *
 * @param at epoch milliseconds at which it was noted as seen; NaN where that is not known
 */
function isReaderLost({ history }: Ledger, owner: string, at: number): boolean {
  const isOwners = (entry: { agent?: string; at: number }): boolean =>
    entry.agent !== undefined &&
    history.namesOf(entry.agent).has(owner) &&
    !(Math.abs(performance.timeOrigin + entry.at - at) > LATE_MS);
  return (
    history.of('detached').some(isOwners) ||
    history.of('killed').some((entry) => entry.what !== 'daemon' && isOwners(entry))
  );
}

function isKilledAfter({ history }: Ledger, at: number): boolean {
  return history.of('killed').some((killed) => killed.at > at - 2_000 && killed.what !== 'shim');
}
