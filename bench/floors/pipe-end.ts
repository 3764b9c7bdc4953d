/** Floor of a shim: stdin to a socket (argument 1), and back to stdout. */
import { connect } from 'node:net';

const [path = ''] = process.argv.slice(2);
const socket = connect(path);
process.stdin.on('data', (chunk) => socket.write(chunk)).on('end', () => process.exit());
socket.on('data', (chunk) => process.stdout.write(chunk)).on('error', () => process.exit(1));
