/** Floor of a send: a hub on a socket (argument 1) that hands what one says to all others. */
import { createServer, type Socket } from 'node:net';

const [path = ''] = process.argv.slice(2);
const ends = new Set<Socket>();

createServer((socket) => {
  ends.add(socket);
  console.log('joined');
  socket.on('data', (chunk) => {
    for (const end of ends) if (end !== socket) end.write(chunk);
  });
}).listen(path, () => {
  console.log('ready');
});

process.stdin.resume().on('end', () => process.exit());
