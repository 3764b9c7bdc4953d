/** Joins and leaves within this time are told together, and cancel each other out. */
const GATHER_MS = 1_000;

/** Who is told: a session that can be pushed to and wants to know. */
export interface Listener {
  name: string;
  /** Epoch milliseconds at which it was told who is online; older news is none. */
  informedAt: number;
  notice: (content: string, meta: Record<string, string>) => void;
}

/**
 * Tells sessions who came and went. A reconnect (leave and join within a second) is no news, and ten
 * sessions that start together are one notice, not ninety.
 */
export class Presence {
  #changes = new Map<string, { what: 'joined' | 'left'; at: number }>();
  /** Told as left and not seen since. */
  #gone = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #listeners: () => Iterable<Listener>;

  constructor(listeners: () => Iterable<Listener>) {
    this.#listeners = listeners;
  }

  joined(name: string): void {
    this.#gone.delete(name);
    this.#change(name, 'joined');
  }

  /** A session has attached again: news only to those who were told that it had left. */
  returned(name: string): void {
    if (this.#gone.has(name)) this.joined(name);
    else if (this.#changes.get(name)?.what === 'left') this.#changes.delete(name);
  }

  left(name: string): void {
    this.#change(name, 'left');
  }

  /** What was to be told of this name is out of date or has been told in other words. */
  forget(name: string): void {
    this.#changes.delete(name);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #change(name: string, what: 'joined' | 'left'): void {
    const before = this.#changes.get(name);
    if (before !== undefined && before.what !== what) this.#changes.delete(name);
    else this.#changes.set(name, { what, at: Date.now() });
    this.#timer ??= setTimeout(() => {
      this.#tell();
    }, GATHER_MS);
  }

  #tell(): void {
    this.#timer = undefined;
    const changes = [...this.#changes];
    this.#changes.clear();
    for (const [name, { what }] of changes) if (what === 'left') this.#gone.add(name);
    for (const listener of this.#listeners()) {
      const news = changes.filter(
        ([name, { at }]) => name !== listener.name && at > listener.informedAt,
      );
      if (news.length === 0) continue;
      const parts = (['joined', 'left'] as const).flatMap((what) => {
        const names = news.filter(([, change]) => change.what === what).map(([name]) => name);
        return names.length === 0 ? [] : [`${names.join(', ')} ${what}`];
      });
      const events = [...new Set(news.map(([, change]) => change.what))].join(',');
      listener.notice(parts.join('; '), { type: 'status', event: events });
    }
  }
}
