import { readdirSync } from 'node:fs';
import { isName } from './names.js';

/** Names that have a mailbox in the root, whoever made it. */
export function mailboxNames(root: string): string[] {
  return readdirSync(root)
    .filter((folder) => folder.startsWith('to-'))
    .map((folder) => folder.slice('to-'.length))
    .filter(isName);
}
