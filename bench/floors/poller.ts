/**
 * Stand-in for a session that polls: looks at a folder (argument 1) every so many milliseconds
 * (argument 3), prints what it finds and moves it away (argument 2).
 */
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const [inbox = '', done = '', every = ''] = process.argv.slice(2);

setInterval(() => {
  for (const file of readdirSync(inbox)) {
    console.log(JSON.stringify(readFileSync(join(inbox, file), 'utf8')));
    renameSync(join(inbox, file), join(done, file));
  }
}, Number(every));
console.log('ready');
process.stdin.resume().on('end', () => process.exit());
