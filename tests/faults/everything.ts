/** For preload.test.ts: calls what can be called, from an ES module with names that were imported. */
import fs, {
  appendFileSync,
  closeSync,
  createWriteStream,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { appendFile, open, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';

const sync = promisify(fsync); // before anything runs, as the product does
const root = process.env['CC2CC_BRIDGE_DIR']!;
const at = (name: string): string => join(root, name);

mkdirSync(at('a/b'), { recursive: true });
const fd = openSync(at('a/fd'), 'wx', 0o600);
writeSync(fd, 'by descriptor');
await sync(fd);
closeSync(fd);
linkSync(at('a/fd'), at('a/b/fd'));
unlinkSync(at('a/fd'));
writeFileSync(at('whole'), 'all of it');
appendFileSync(at('whole'), ' and more');
await new Promise((resolve) => fs.writeFile(at('callback'), 'called', resolve));
await writeFile(at('promise'), 'promised');
await appendFile(at('promise'), ' more');
const handle = await open(at('handle'), 'w');
await handle.write('handled');
await handle.sync();
await handle.close();
const stream = createWriteStream(at('stream'));
stream.end('streamed');
await finished(stream);
const server = createServer((socket) => socket.end('hello'));
server.listen(at('s'));
await once(server, 'listening');
const client = connect(at('s'));
client.write('hi');
client.resume();
await once(client, 'close');
server.close();
fs.writeFileSync(join(process.env['TMPDIR']!, 'elsewhere'), 'is not counted');
console.log('done');
