import { join } from 'node:path';
import { messageFiles } from '../../../mail/directory.js';
import { mailboxNames } from '../../../mail/mailbox-names.js';
import { readOwnJson } from '../../../mail/own-file.js';
import { isRecord } from '../../../protocol/json.js';
import { mailboxPaths, rootPaths } from '../../../protocol/paths.js';
import { byHand, ok, warn, type Check } from '../check.js';
import { CLEANUP } from '../commands.js';
import { lookAt, namesIn } from '../look-at.js';
import { count, few, size } from '../words.js';

const DAY_MS = 24 * 3600 * 1000;

/** Messages are read to know when they expire; of more than this only the number is told. */
const MAX_READ = 2_000;

/** An expired message is taken away within a minute where a daemon runs. */
const SWEPT_MS = 5 * 60_000;

/** Clocks of hosts that share a root may differ a little. */
const EARLY_MS = 60_000;

/** What waits, and what was refused. */
export const MAIL_CHECKS: readonly Check[] = [
  {
    id: 'mail',
    title: 'Mail',
    look: (scene) => {
      const root = scene.existingRoot();
      const { maxInbox } = scene.config();
      const found = mailIn(root);
      const full = found.boxes.filter(({ files }) => files >= maxInbox * 0.8);
      if (full.length > 0) {
        return warn('inboxes are nearly full; who sends to them gets an error', {
          details: few(full.map(({ name, files }) => `${name}: ${files} of ${maxInbox}`)),
          ...byHand(`cc2cc receive ${full[0]?.name ?? ''}`),
        });
      }
      if (found.expired > 0) {
        return warn(`${count(found.expired, 'expired message')} still in inboxes`, {
          details: ['A daemon takes them away and tells their senders; none has for some minutes.'],
          ...byHand(CLEANUP),
        });
      }
      if (found.early > 0) {
        return warn(`${count(found.early, 'message is', 'messages are')} from the future`, {
          details: ['A clock differs, see "Clock": they expire later than their senders think.'],
          ...byHand('timedatectl status # on each host: let it be set by NTP'),
        });
      }
      const total = found.boxes.reduce((sum, { files }) => sum + files, 0);
      if (total === 0) return ok('none waits');
      const soon = found.soon === 0 ? '' : `, ${found.soon} until it expires within 10 minutes`;
      return ok(`${count(total, 'message waits', 'messages wait')}, ${size(found.bytes)}${soon}`);
    },
  },
  {
    id: 'rejected',
    title: 'Refused files',
    look: (scene) => {
      const folder = rootPaths(scene.existingRoot()).rejected;
      const notes = namesIn(folder).filter((name) => name.endsWith('.reason.json'));
      const young = notes.filter((name) => {
        const place = lookAt(join(folder, name));
        return place !== undefined && Date.now() - place.stats.mtimeMs < DAY_MS;
      });
      if (young.length === 0) {
        return ok(notes.length === 0 ? 'none' : `${notes.length}, none within a day`);
      }
      return warn(`${count(young.length, 'file was', 'files were')} refused within a day`, {
        details: few(
          young
            .slice(-20)
            .reverse()
            .flatMap((name) => reasonIn(join(folder, name))),
        ),
        ...byHand(
          `cc2cc validate '${join(folder, (young.at(-1) ?? '').replace('.reason.json', '.rejected'))}'`,
        ),
      });
    },
  },
];

interface MailFound {
  boxes: { name: string; files: number }[];
  bytes: number;
  expired: number;
  soon: number;
  /** Sent later than now. */
  early: number;
}

function mailIn(root: string): MailFound {
  const found: MailFound = { boxes: [], bytes: 0, expired: 0, soon: 0, early: 0 };
  let left = MAX_READ;
  for (const name of mailboxNames(root)) {
    const files = messageFiles(root, name);
    found.boxes.push({ name, files: files.length });
    for (const file of files) {
      if (left <= 0) break;
      left -= 1;
      const path = join(mailboxPaths(root, name).inbox, file);
      found.bytes += lookAt(path)?.stats.size ?? 0;
      const message = readOwnJson(path);
      const rest = restOf(message);
      if (isFromFuture(message)) found.early += 1;
      if (rest < -SWEPT_MS) found.expired += 1;
      else if (rest > 0 && rest < 10 * 60_000) found.soon += 1;
    }
  }
  return found;
}

/** Milliseconds until a message expires; Infinity for what never does, and for what is none. */
function restOf(value: unknown): number {
  if (!isRecord(value) || typeof value['timestamp'] !== 'string') return Infinity;
  const { ttl, timestamp } = value;
  const at = Date.parse(timestamp) + (typeof ttl === 'number' ? ttl : 3600) * 1000;
  return ttl === 0 || Number.isNaN(at) ? Infinity : at - Date.now();
}

function isFromFuture(value: unknown): boolean {
  const said = isRecord(value) ? value['timestamp'] : undefined;
  return typeof said === 'string' && Date.parse(said) > Date.now() + EARLY_MS;
}

function reasonIn(path: string): string[] {
  const note = readOwnJson(path);
  if (!isRecord(note) || typeof note['reason'] !== 'string') return [];
  return [`${typeof note['mailbox'] === 'string' ? note['mailbox'] : '?'}: ${note['reason']}`];
}
