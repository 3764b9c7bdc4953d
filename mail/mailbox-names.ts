import { listFolder } from '../protocol/list-folder.js';
import { isName } from '../protocol/names.js';

/** Names that have a mailbox in the root, whoever made it; none where there is no root. */
export function mailboxNames(root: string): string[] {
  return listFolder(root)
    .filter((folder) => folder.startsWith('to-'))
    .map((folder) => folder.slice('to-'.length))
    .filter(isName);
}
