/** What can be paused: a stream that is read. */
interface Pausable {
  pause: () => unknown;
  resume: () => unknown;
}

/** A reader that several parties may hold up, each for a reason of its own. */
export class Valve<Reason extends string> {
  readonly #stream: Pausable;
  readonly #reasons = new Set<Reason>();
  readonly #onChange: (closed: boolean) => void;

  constructor(stream: Pausable, onChange: (closed: boolean) => void) {
    this.#stream = stream;
    this.#onChange = onChange;
  }

  set(reason: Reason, held: boolean): void {
    const before = this.#reasons.size > 0;
    if (held) this.#reasons.add(reason);
    else this.#reasons.delete(reason);
    const closed = this.#reasons.size > 0;
    if (closed === before) return;
    if (closed) this.#stream.pause();
    else this.#stream.resume();
    this.#onChange(closed);
  }
}
