/**
 * The record of a run, and how it is made and judged.
 *
 *     const history = new History();
 *     const ann = recordAgent(history, 'ann', await attachAgent(sandbox, { name: 'ann' }));
 *     await ann.send('ben', 'hello');          // the send, and its answer or the lack of one
 *     await ann.reply(id, 'yes');              // the same for replies, broadcasts and other tools:
 *     await ann.call('check_inbox');           // whatever a result or a push shows is recorded
 *     await ann.kill();                        // ends the shim by SIGKILL, and says so
 *     history.killed('daemon', pid);           // right before or after the test does it
 *     ann.attached(await attachAgent(…));      // a new session of the same agent
 *     const said = await recordCommand(history, sandbox, 'ben', ['send', 'ann', text]);
 *     dropRecorded(history, sandbox, 'script', 'ann', { text });  // a good file
 *     plantRecorded(history, sandbox, 'ann', 'x.json', bytes);    // one that must never be shown
 *     …                                        // at the end: check_inbox everywhere, stop the daemon
 *     assertHistory(history, sandbox.root);    // or checkHistory(history, root): Violation[]
 *     console.log(tableOf(history, root));
 *
 * - record-agent.ts: `recordAgent(history, key, agent)` → RecordedAgent
 * - record-command.ts: `recordCommand(history, sandbox, agent, args, options)` → CliResult
 * - record-file.ts: `dropRecorded`, `plantRecorded`
 * - check.ts: `checkHistory(history, root)`, `assertHistory(history, root)`; checks/ has the invariants
 * - table.ts: `tableOf(history, root)`
 *
 * Whoever runs something else notes it by `history.note({kind: …})`; see entry.ts for what there is.
 * Agents go by a key of the test's own; `named` tells which names it bore.
 */
import {
  markOf,
  type Entry,
  type Happening,
  type Send,
  type Shown,
  type TextMark,
} from './entry.js';

/** What is shown of a run that went wrong. */
const LAST_ENTRIES = 60;

const NO_NAMES: ReadonlySet<string> = new Set();

export class History {
  readonly entries: Entry[] = [];
  readonly #byKind = new Map<Happening['kind'], Entry[]>();
  readonly #names = new Map<string, Set<string>>();
  readonly #sessions = new Map<string, number>();
  readonly #listeners = new Set<(entry: Entry) => void>();
  #sends = 0;

  /** Adds what has happened; the order of these calls is the order of the run. */
  note(happening: Happening): Entry {
    const entry = { ...happening, n: this.entries.length, at: performance.now() };
    this.entries.push(entry);
    setDefault(this.#byKind, entry.kind, () => []).push(entry);
    if (entry.kind === 'named') {
      setDefault(this.#names, entry.agent, () => new Set<string>()).add(entry.name);
    }
    for (const listener of this.#listeners) listener(entry);
    return entry;
  }

  /** Is shown every entry from now on. */
  on(listener: (entry: Entry) => void): void {
    this.#listeners.add(listener);
  }

  /** Somebody begins to send; one of {@link accepted}, {@link refused}, {@link unanswered} follows. */
  send(send: Omit<Send, 'kind' | 'ref' | 'text'> & { text: string | TextMark }): number {
    this.#sends += 1;
    const text = typeof send.text === 'string' ? markOf(send.text) : send.text;
    this.note({ ...send, kind: 'send', ref: this.#sends, text });
    return this.#sends;
  }

  accepted(ref: number, ...ids: string[]): void {
    this.note({ kind: 'accepted', ref, ids });
  }

  refused(ref: number, why: string): void {
    // Neither accepted nor refused: the disk failed in between.
    if (why.includes('may be delivered all the same')) {
      this.unanswered(ref, why);
      return;
    }
    const maybeShown = why.includes('may have seen it');
    this.note({ kind: 'refused', ref, why, maybeShown });
  }

  unanswered(ref: number, why: string): void {
    this.note({ kind: 'unanswered', ref, why });
  }

  shown(shown: Omit<Shown, 'kind'>): void {
    this.note({ kind: 'shown', ...shown });
  }

  killed(what: 'daemon' | 'shim' | 'command', pid?: number, agent?: string): void {
    const who = agent === undefined ? {} : { agent };
    this.note({ kind: 'killed', what, ...(pid === undefined ? {} : { pid }), ...who });
  }

  /** @returns the number of the session that begins */
  attached(agent: string, name: string): number {
    const session = (this.#sessions.get(agent) ?? 0) + 1;
    this.#sessions.set(agent, session);
    this.note({ kind: 'named', agent, name });
    this.note({ kind: 'attached', agent, session });
    return session;
  }

  /** Entries of one kind, in order. */
  of<K extends Happening['kind']>(kind: K): readonly Extract<Entry, { kind: K }>[] {
    return (this.#byKind.get(kind) ?? []) as Extract<Entry, { kind: K }>[];
  }

  /** All names that an agent has borne. */
  namesOf(agent: string): ReadonlySet<string> {
    return this.#names.get(agent) ?? NO_NAMES;
  }

  /** The last entries, one a line. */
  tail(count = LAST_ENTRIES): string {
    return this.entries
      .slice(-count)
      .map(({ n, at, kind, ...rest }) => `${n} ${at.toFixed()} ${kind} ${JSON.stringify(rest)}`)
      .join('\n');
  }
}

function setDefault<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
