/**
 * Run by no-links.test.ts, several at once: delivers its own text under ids that the others use too, each
 * at the moment given, and prints the numbers of those that counted.
 */
import { deliverMessage } from '../../../mail/deliver.js';
import { mailboxPaths } from '../../../protocol/paths.js';

const [root = '', text = '', begin = '0', ...ids] = process.argv.slice(2);
const EVERY_MS = 8;
const delivered: string[] = [];
for (const [i, id] of ids.entries()) {
  while (Date.now() < Number(begin) + i * EVERY_MS); // to the millisecond
  const outcome = await deliverMessage(mailboxPaths(root, 'ann'), id, Buffer.from(text));
  if (outcome === 'delivered') delivered.push(id);
}
console.log(JSON.stringify(delivered));
