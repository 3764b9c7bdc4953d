/**
 * Whatever is wrong with a file of ours, a link in its place, another owner, a mode that lets others
 * write, a FIFO: what is behind it is neither read nor changed nor removed, and nobody hangs.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mailboxOf } from '../../support/files.js';
import { firstIn, testPlaces } from './support/places.js';
import { pathsOf, staleRendezvous } from './support/stage.js';

testPlaces([
  {
    what: 'the token',
    of: (s) => [pathsOf(s).token],
    tells: /token is not a private file of yours/,
    also: ['open', 'fifo'],
  },
  {
    what: 'the rendezvous file',
    of: (s) => [staleRendezvous(s)],
    tells: /daemon\.json is not a file of yours alone/,
    also: ['open', 'foreign', 'fifo'],
  },
  {
    what: 'the key',
    of: (s) => [join(s.root, 'secret.key')],
    tells: /secret\.key is not a file of yours/,
    also: ['open', 'foreign'],
  },
  {
    what: 'format.json',
    of: (s) => [join(s.root, 'format.json')],
    tells: /format\.json: a symbolic link/,
  },
  {
    what: 'rules.json',
    of: (s) => [join(s.root, 'rules.json')],
    tells: /rules\.json: a symbolic link/,
    scene: 'mail',
    also: ['open', 'foreign'],
  },
  {
    // As in a folder of dotfiles: what counts is whose file it leads to.
    what: 'config.json',
    of: (s) => [pathsOf(s).config],
    mayBeLink: true,
    also: ['open', 'foreign', 'fifo'],
  },
  {
    what: 'small files of the state folder',
    of: (s) => {
      const { service, stopped, state } = pathsOf(s);
      writeFileSync(stopped, 'a daemon takes it away', { mode: 0o600 });
      return [service, stopped, join(state, 'idle-watches.json')];
    },
    also: ['fifo'],
  },
  {
    what: 'the log',
    of: (s) => [pathsOf(s).log],
    tells: /daemon-\w+\.log is a symbolic link/,
    also: ['foreign', 'fifo'],
  },
  {
    what: "the log of a daemon's end",
    of: (s) => [pathsOf(s).errorLog],
    tells: /\.err is a symbolic link/,
  },
  {
    what: 'the start lock',
    of: (s) => [firstIn(join(pathsOf(s).locks, 'start'))],
    tells: /a symbolic link/,
  },
  {
    what: 'a message, a journal, a receipt, a heartbeat, a card, an event of a task',
    of: (s) => [
      ...['ben', 'carl'].flatMap((name) => {
        const { journal, inbox, done, receipts } = mailboxOf(s, name);
        return [journal, firstIn(inbox), firstIn(done), firstIn(receipts)];
      }),
      join(s.root, 'status', 'ann-heartbeat.json'),
      join(s.root, 'agents', 'ann.json'),
      firstIn(firstIn(join(s.root, 'tasks'))),
    ],
    scene: 'mail',
    also: ['foreign', 'fifo'],
  },
]);
