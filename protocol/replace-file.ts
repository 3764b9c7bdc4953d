import { lstatSync, unlinkSync, writeFileSync } from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import { isOwn } from './own-file.js';
import { patiently } from './patiently.js';

/**
 * Replaces a file that can be rebuilt: whoever reads it has the old one or the new one, 0600.
 *
 * `write-file-atomic` writes through a symbolic link, and gives the new file the owner of the old one. So
 * what is not a file of ours goes first, the link itself and not what it leads to. It also takes a write
 * that a full disk cut short for a whole one, so the text is written here, while its new file is open.
 *
 * @param fsync whether it survives a power cut
 * @throws Error of the file system
 */
export function replaceFile(path: string, text: string, { fsync }: { fsync: boolean }): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && !(stats.isFile() && isOwn(stats)) && !stats.isDirectory()) {
    unlinkSync(path);
  }
  patiently(() => {
    writeFileAtomic.sync(path, '', {
      mode: 0o600,
      fsync,
      tmpfileCreated: (draft) => {
        writeFileSync(draft, text); // goes on until all is written, or throws
      },
    });
  });
}
