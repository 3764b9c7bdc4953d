/** Mail, agents that are gone, and others who use the root. */
import { rejectFile } from '../../../../mail/reject.js';
import { dropMessage, mailboxOf } from '../../../support/files.js';
import { DAY, heartbeat, messageFor, root, type Scene } from '../scene.js';

export const MAIL_SCENES: readonly Scene[] = [
  {
    id: 'gone',
    what: 'mail waits for who is long gone',
    breaks: (sandbox) => {
      heartbeat(sandbox, 'ben', { host: 'here', at: Date.now() - 30 * DAY, status: 'offline' });
      dropMessage(sandbox, 'ben', { ttl: 0 });
    },
    state: 'warn',
    says: /mail waits for 1 agent long gone/,
    mend: /^cc2cc receive ben$/,
  },
  {
    id: 'gone',
    what: 'nobody has cleaned up',
    breaks: (sandbox) => {
      heartbeat(sandbox, 'ben', { host: 'here', at: Date.now() - 30 * DAY, status: 'offline' });
    },
    state: 'warn',
    says: /1 agent long gone is still listed/,
    mend: /^cc2cc cleanup$/,
  },
  {
    id: 'mail',
    what: 'an inbox is nearly full',
    breaks: (sandbox) => dropMessage(sandbox, 'ben'),
    env: { CC2CC_MAX_INBOX: '1' },
    state: 'warn',
    says: /nearly full/,
    mend: /^cc2cc receive ben$/,
  },
  {
    id: 'mail',
    what: 'what has expired is still there',
    breaks: (sandbox) => dropMessage(sandbox, 'ben', { at: Date.now() - DAY, ttl: 60 }),
    state: 'warn',
    says: /1 expired message/,
    mend: /^cc2cc cleanup$/,
  },
  {
    id: 'mail',
    what: 'a message is from the future',
    breaks: (sandbox) => dropMessage(sandbox, 'ben', { at: Date.now() + DAY }),
    state: 'warn',
    says: /1 message is from the future/,
    mend: /^timedatectl/,
  },
  {
    id: 'rejected',
    what: 'a file was refused',
    breaks: (sandbox) => {
      const path = messageFor(sandbox, 'ben');
      rejectFile(
        path,
        root(sandbox, 'rejected'),
        mailboxOf(sandbox, 'ben').dir,
        'too \u001b[31mred',
      );
    },
    state: 'warn',
    says: /1 file was refused/,
    mend: /^cc2cc validate .*\.rejected'$/,
  },
  {
    id: 'hosts',
    what: 'another host shares the root',
    breaks: (sandbox) => heartbeat(sandbox, 'ann', { host: 'far', at: Date.now() }),
    state: 'ok',
    says: /^far \(1 agent\)/,
  },
  {
    id: 'originals',
    what: 'an original server polls',
    breaks: (sandbox) => heartbeat(sandbox, 'ann', { at: Date.now() }),
    state: 'ok',
    says: /^ann; they look/,
  },
];
