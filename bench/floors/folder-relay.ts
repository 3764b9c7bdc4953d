/**
 * Floor of a file drop: watches a folder (argument 1), writes each file to a socket (argument 2) and
 * moves it away (argument 3). It removes none; see sandboxed.ts.
 */
import { readdirSync, readFileSync, renameSync, watch } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';

const [folder = '', done = '', path = ''] = process.argv.slice(2);
const readers: Socket[] = [];

createServer((socket) => {
  readers.push(socket);
  console.log('joined');
}).listen(path, () => {
  console.log('ready');
});

watch(folder, () => {
  for (const file of readdirSync(folder)) {
    const text = JSON.stringify(readFileSync(join(folder, file), 'utf8'));
    for (const reader of readers) reader.write(`${text}\n`);
    renameSync(join(folder, file), join(done, file));
  }
});

process.stdin.resume().on('end', () => process.exit());
