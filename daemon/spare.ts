import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, open, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenFile } from '../mail/deliver.js';

/**
 * An empty file in `tmp/`, opened before it is needed. Making a file is the slowest step between a
 * send and its push: 0.1 ms, and near 1 ms in a folder that has seen many files come and go.
 */
export class SpareFile {
  #folder: string;
  #file: OpenFile | undefined;
  #opening = false;
  #closed = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.#refill();
  }

  /** The file, if one is ready; the next one is then got ready. */
  take(): OpenFile | undefined {
    const file = this.#file;
    this.#file = undefined;
    setImmediate(() => {
      this.#refill(); // after the push that this file is taken for
    });
    if (file === undefined || existsSync(file.path)) return file;
    closeSync(file.fd); // somebody has tidied tmp/
    return undefined;
  }

  close(): void {
    this.#closed = true;
    if (this.#file !== undefined) discard(this.#file);
    this.#file = undefined;
  }

  #refill(): void {
    if (this.#opening || this.#closed) return;
    this.#opening = true;
    const path = join(this.#folder, `spare.${randomUUID()}`);
    open(path, 'wx', 0o600, (error, fd) => {
      this.#opening = false;
      if (error !== null) return; // no folder or no room: the sender finds out and is told
      if (this.#closed) discard({ fd, path });
      else this.#file = { fd, path };
    });
  }
}

function discard({ fd, path }: OpenFile): void {
  closeSync(fd);
  try {
    unlinkSync(path);
  } catch {
    // Gone, or not to be had; a leftover in tmp/ is never delivered and is swept later.
  }
}
