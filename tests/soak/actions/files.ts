import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ensureMailbox } from '../../../mail/deliver.js';
import { Keyring } from '../../../mail/keyring.js';
import { signatureOf } from '../../../mail/signing.js';
import { createMessage, encodeMessage, type Message } from '../../../protocol/envelope.js';
import { newMessageId } from '../../../protocol/ids.js';
import { dropRecorded, dropSigned, plantRecorded } from '../../history/record-file.js';
import { mailboxOf } from '../../support/files.js';
import { anyText } from '../texts.js';
import { anyName, type World } from '../world.js';
import type { Action } from './action.js';

/** Files that scripts, other programs and attackers put into inboxes. */
export const files: readonly Action[] = [
  {
    name: 'drop',
    weight: 4,
    run: (world) => {
      const { history, sandbox, random } = world;
      const from = random.pick(world.scripts);
      dropRecorded(history, sandbox, from, anyName(world), { text: anyText(random) });
      return Promise.resolve();
    },
  },
  {
    name: 'drop that expires',
    weight: 2,
    run: (world) => {
      const { history, sandbox, random } = world;
      const fields = { text: anyText(random), ttl: random.between(1, 3) };
      dropRecorded(history, sandbox, random.pick(world.scripts), anyName(world), fields);
      return Promise.resolve();
    },
  },
  {
    name: 'signed drop',
    weight: 3,
    run: (world) => {
      const { history, sandbox, random } = world;
      const keys = new Keyring(sandbox.root);
      dropSigned(history, sandbox, keys, random.pick(world.scripts), anyName(world), {
        text: anyText(random),
      });
      return Promise.resolve();
    },
  },
  {
    name: 'hostile file',
    weight: 4,
    run: (world) => {
      plant(world);
      return Promise.resolve();
    },
  },
];

function plant(world: World): void {
  const { history, sandbox, random, members } = world;
  const to = random.pick(members).name;
  const id = newMessageId();
  const text = anyText(random);
  // It claims to be from somebody who is here.
  const draft = createMessage({ id, from: random.pick(members).name, to, text });
  const whole = encodeMessage(draft);
  const put = (bytes: Uint8Array | string, why: string): void => {
    plantRecorded(history, sandbox, to, id, bytes, why, text);
  };
  switch (random.between(0, 7)) {
    case 0:
      put(whole.subarray(0, random.between(0, whole.length - 3)), 'torn');
      return;
    case 1:
      put(Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]), 'no text');
      return;
    case 2:
      put(encodeMessage({ ...draft, from: '../../etc' }), 'from no name');
      return;
    case 3:
      put(encodeMessage(signedBy(draft, 'ab'.repeat(32))), 'signed with another key');
      return;
    case 4: {
      const signed = new Keyring(sandbox.root).seal(draft);
      const content = { ...signed.content, text: `${text} and more` };
      put(encodeMessage({ ...signed, content }), 'changed after it was signed');
      return;
    }
    case 5:
      put('['.repeat(100_000), 'nested too deep');
      return;
    case 6:
      unusual(world, to, id);
      return;
    default:
      replay(world);
  }
}

function signedBy(message: Message, key: string): Message {
  return { ...message, signature: signatureOf(message, key) };
}

function unusual({ history, sandbox, random }: World, to: string, id: string): void {
  const paths = mailboxOf(sandbox, to);
  ensureMailbox(paths);
  const place = join(paths.inbox, `${id}.json`);
  const isLink = random.chance(0.5);
  const why = isLink ? 'a link' : 'a folder';
  history.note({ kind: 'planted', to, file: `${id}.json`, text: undefined, why });
  if (isLink) symlinkSync('/etc/passwd', place);
  else mkdirSync(place);
}

/** What has been seen is delivered once more. */
function replay({ history, sandbox, random, members }: World): void {
  const { name } = random.pick(members);
  const { done } = mailboxOf(sandbox, name);
  const [first] = listed(done);
  if (first === undefined) return;
  try {
    const bytes = readFileSync(join(done, first));
    const stem = first.replace(/\.json$/, '');
    plantRecorded(history, sandbox, name, stem, bytes, 'a replay');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // renamed meanwhile
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch {
    return []; // nobody has had mail there
  }
}
