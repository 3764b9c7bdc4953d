/**
 * Waits for the end of stdin, so that several start together, then reads or makes the tokens at the
 * paths that are its arguments and prints them.
 */
import { ensureToken } from '../../../protocol/token.js';

process.stdout.write('\n');
process.stdin.resume();
process.stdin.on('end', () => {
  process.stdout.write(JSON.stringify(process.argv.slice(2).map(ensureToken)));
});
