import type { Ledger } from '../ledger.js';
import type { Violation } from '../violation.js';

/** Files are whole and somebody's, and what was refused or planted is nowhere. */
export function checkGenuine(ledger: Ledger): Violation[] {
  return [...strangeFiles(ledger), ...strangeSights(ledger), ...plantedFiles(ledger)];
}

function strangeFiles({ history, bySend, stored, sendings }: Ledger): Violation[] {
  const planted = new Set(history.of('planted').map(({ file }) => file));
  const found: Violation[] = [];
  for (const message of [...stored.values()].flat()) {
    const { id, owner, folder, fault, from = '', text } = message;
    const place = `to-${owner}/${folder}/${id}.json`;
    // It may lie there for some time, and move along when the agent is renamed.
    if (folder === 'inbox' && planted.has(`${id}.json`)) continue;
    if (fault !== undefined) {
      found.push({ invariant: 'whole', about: place, detail: fault });
      continue;
    }
    const sending = bySend.get(id);
    if (sending === undefined) {
      if (message.isMade === true && message.signature === 'verified') continue;
      const origin = sendings.find(({ send }) => send.text.written === text);
      if (origin === undefined) {
        found.push({ invariant: 'genuine', about: place, detail: `says that it is from ${from}` });
      } else if (origin.outcome === 'refused') {
        found.push({ invariant: 'traceless', about: place, detail: 'is there, though refused' });
      } else {
        const detail = `is one more of what was sent once (${origin.send.ref}, ${origin.outcome}: ${origin.ids.join()})`;
        found.push({ invariant: 'kept', about: place, detail });
      }
      continue;
    }
    const { send, outcome } = sending;
    if (outcome === 'refused') {
      found.push({ invariant: 'traceless', about: place, detail: 'is there, though refused' });
    }
    if (send.text.written !== text) {
      const detail = `does not hold what was sent: "${send.text.head}"`;
      found.push({ invariant: 'whole', about: place, detail });
    }
    if (!history.namesOf(send.from).has(from)) {
      const detail = `is from ${from}, and was sent by ${send.from}`;
      found.push({ invariant: 'genuine', about: place, detail });
    }
  }
  return found;
}

function strangeSights({ history, bySend, stored, sights }: Ledger): Violation[] {
  const planted = history.of('planted').flatMap(({ text, why }) => (text ? { text, why } : []));
  return [...sights].flatMap(([id, [sight]]): Violation[] => {
    if (bySend.has(id) || sight === undefined) return [];
    const made = stored
      .get(id)
      ?.some(({ isMade, fault }) => isMade === true && fault === undefined);
    if (made === true) return [];
    const why = planted.find(({ text }) => text.shown === sight.shown)?.why ?? 'that nobody sent';
    const detail = `${sight.agent} was shown (${sight.lane}) what is ${why}`;
    return [{ invariant: 'genuine', about: id, detail }];
  });
}

/** They are refused with a reason, or wait where nobody reads. */
function plantedFiles({ history, ending, stored }: Ledger): Violation[] {
  const rejected = new Map(ending.rejections.map((one) => [one.file, one]));
  return history.of('planted').flatMap(({ file, to, why }): Violation[] => {
    const about = `to-${to}/${file}`;
    const places = stored.get(file.replace(/\.json$/, '')) ?? [];
    const rejection = rejected.get(file);
    // A replay has the name of a good message, which is in done/.
    if (rejection !== undefined) {
      if (rejection.reason !== '' && rejection.hasFile) return [];
      return [{ invariant: 'kept', about, detail: 'was rejected without a reason or the file' }];
    }
    if (places.some(({ folder }) => folder === 'done')) {
      return [{ invariant: 'genuine', about, detail: `was taken in: ${why}` }];
    }
    if (places.length > 0) return [];
    return [{ invariant: 'kept', about, detail: `is gone without a trace: ${why}` }];
  });
}
