import type { Ledger } from '../ledger.js';
import type { Violation } from '../violation.js';

/** What was accepted is in exactly one place; what was not answered, in one at most. */
export function checkKept({ history, sendings, stored, ending }: Ledger): Violation[] {
  const found: Violation[] = [];
  const say = (about: string, detail: string): void => {
    found.push({ invariant: 'kept', about, detail });
  };
  const owners = new Map<string, number>();
  for (const { send, outcome, ids } of sendings) {
    for (const id of ids) {
      const before = owners.get(id);
      if (before !== undefined) say(id, `is the answer to two sends, ${before} and ${send.ref}`);
      owners.set(id, send.ref);
      if (outcome !== 'accepted' || stored.has(id)) continue;
      // Of one whose rejection was cut short there is a reason that came to nothing, too.
      const rejections = ending.rejections.filter(({ file }) => file === `${id}.json`);
      if (rejections.length === 0) {
        say(id, `was accepted from ${send.from} for ${send.to} ("${send.text.head}") and is gone`);
      } else if (!rejections.some(({ reason, hasFile }) => reason !== '' && hasFile)) {
        say(id, 'was rejected without a reason, or without the file');
      }
    }
    if (new Set(ids).size < ids.length) say(ids.join(), 'one broadcast has an id twice');
  }
  // A replay lies in the inbox until it is rejected.
  const planted = new Set(history.of('planted').map(({ file }) => file));
  for (const [id, all] of stored) {
    const isReplayed = planted.has(`${id}.json`);
    const places = all.filter(({ folder }) => folder === 'done' || !isReplayed);
    if (places.length < 2) continue;
    const where = places.map(({ owner, folder }) => `to-${owner}/${folder}`).join(' and ');
    say(id, `is in ${where}`);
  }
  return found;
}
