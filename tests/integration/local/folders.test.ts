/** As files.test.ts, of folders: nothing is read, made, moved or removed behind a link. */
import { join } from 'node:path';
import { mailboxOf } from '../../support/files.js';
import { firstIn, testPlaces, type Place } from './support/places.js';
import { pathsOf } from './support/stage.js';

testPlaces([
  {
    what: 'the folder of the start lock',
    of: (s) => [join(pathsOf(s).locks, 'start')],
    tells: /start is a symbolic link/,
  },
  { what: 'the folder of locks', of: (s) => [pathsOf(s).locks], tells: /locks is a symbolic link/ },
  { what: 'the state folder', of: (s) => [pathsOf(s).state], tells: /is a symbolic link/ },
  {
    what: 'the folder of sockets',
    of: (s) => [join(s.env['XDG_RUNTIME_DIR']!, 'cc2cc')],
    tells: /run\/cc2cc is a symbolic link/,
    also: ['open', 'foreign'],
  },
  ...(['status', 'agents', 'rejected', 'leases', 'tasks'] as const).map((name): Place => ({
    what: `the folder ${name}`,
    of: (s) => [join(s.root, name)],
    tells: new RegExp(`/${name} is a symbolic link`),
    scene: 'read',
    also: name === 'status' ? ['foreign'] : [],
  })),
  {
    what: 'the lease of a name, and the folder of a task',
    of: (s) => [join(s.root, 'leases', 'ben'), firstIn(join(s.root, 'tasks'))],
    tells: /leases\/ben is a symbolic link/,
    scene: 'read',
  },
  // Of ben, who has a session, and of carl, who has none.
  ...(['dir', 'inbox', 'tmp', 'done', 'receipts'] as const).map((part): Place => ({
    what: `a mailbox folder: ${part}`,
    of: (s) => ['ben', 'carl'].map((name) => mailboxOf(s, name)[part]),
    tells: part === 'dir' ? /to-ben is a symbolic link/ : new RegExp(`to-ben/${part} is a symb`),
    also: part === 'inbox' ? ['open', 'foreign'] : [],
  })),
]);
