import { randomUUID } from 'node:crypto';
import { existsSync, open, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { closeQuietly } from '../protocol/close-quietly.js';
import type { OpenFile } from '../mail/deliver.js';

/** One is kept for the next message; in a burst more. */
const FEW = 1;
const MANY = 32;

/** After so long without a burst one is enough again. */
const CALM_MS = 3_000;

/**
 * Empty files in `tmp/`, opened by other threads before they are needed. Making a file is the slowest step
 * between a send and its push: 0.02 ms, and near 1 ms on a disk that has just seen many files go.
 */
export class SpareFiles {
  readonly #folder: string;
  #files: OpenFile[] = [];
  #opening = 0;
  #closed = false;
  #wanted = FEW;
  /** When one was missing last, on a clock that nobody sets. */
  #missedAt = -Infinity;

  constructor(folder: string) {
    this.#folder = folder;
    this.#refill();
  }

  /** A file, if one is ready; the next ones are then got ready. */
  take(): OpenFile | undefined {
    const file = this.#files.pop();
    if (file === undefined) this.#grow();
    setImmediate(() => {
      this.#refill(); // after the push that this file is taken for
    });
    if (file === undefined || existsSync(file.path)) return file;
    closeQuietly(file.fd); // somebody has tidied tmp/
    return undefined;
  }

  /** How many are ready. */
  get ready(): number {
    return this.#files.length;
  }

  close(): void {
    this.#closed = true;
    for (const file of this.#files.splice(0)) discard(file);
  }

  /** For rounds: when there was no burst lately, those that it needed go. */
  tend(): void {
    if (this.#wanted === FEW || performance.now() - this.#missedAt < CALM_MS) return;
    this.#wanted = FEW;
    for (const file of this.#files.splice(FEW)) discard(file);
  }

  #grow(): void {
    this.#missedAt = performance.now();
    this.#wanted = Math.min(2 * this.#wanted, MANY);
  }

  #refill(): void {
    // Several may ask for it before the first one is there.
    while (!this.#closed && this.#files.length + this.#opening < this.#wanted) this.#open();
  }

  #open(): void {
    this.#opening += 1;
    const path = join(this.#folder, `spare.${randomUUID()}`);
    open(path, 'wx', 0o600, (error, fd) => {
      this.#opening -= 1;
      if (error !== null) return; // no folder or no room: the sender finds out and is told
      if (this.#closed || this.#files.length >= this.#wanted) discard({ fd, path });
      else this.#files.push({ fd, path });
    });
  }
}

function discard({ fd, path }: OpenFile): void {
  closeQuietly(fd);
  try {
    unlinkSync(path);
  } catch {
    // Gone, or not to be had; a leftover in tmp/ is never delivered and is swept later.
  }
}
