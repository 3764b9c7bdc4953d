import { watch, type FSWatcher } from 'node:fs';

/** A folder's events can be missed or not be had; it is looked at so often in any case. */
const LOOK_MS = 1_000;

/** Says when to look into a folder. The folder is the truth: what rings only says "look". */
export class InboxBell {
  readonly #folder: string;
  #watcher: FSWatcher | undefined;
  /** It has rung since somebody last listened. */
  #rung = false;
  #onRing: (() => void) | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#hang();
  }

  /** Resolves when something may have come: at an event, and after a second, or `ms` if that is less. */
  async ring(ms = Infinity): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(LOOK_MS, ms));
        this.#onRing = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rung = false;
    this.#onRing = undefined;
  }

  /** Ends a wait that goes on. */
  wake(): void {
    this.#rung = true;
    this.#onRing?.();
  }

  close(): void {
    this.#watcher?.close();
  }

  #hang(): void {
    try {
      this.#watcher = watch(this.#folder, () => {
        this.wake();
      });
      // Removed under us, say: the looks go on.
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      this.#watcher = undefined; // no more watches to be had: the looks do
    }
  }
}
