import { Cc2ccError } from '../../protocol/errors.js';
import { MAX_EVENT_TEXT_BYTES, type Change, type Submission, type TaskEvent } from './event.js';
import { placeEvent, readEvent } from './event-files.js';
import { isOwnFolder, taskFolder, taskIds } from './paths.js';
import { nextTask, submittedTask, type Task } from './task.js';

/** Numbers of one task. Far more than anybody needs; without a bound nobody would stop a loop. */
const MAX_EVENTS = 1_000;

/** Notes leave room for the end. */
const MAX_NOTES = 950;

/** How texts are written, see Keyring. */
export interface Cipher {
  conceal: (text: string) => string;
  reveal: (text: string) => string;
}

const PLAIN: Cipher = { conceal: (text) => text, reveal: (text) => text };

/** What came of an attempt to write an event. */
export interface Stored {
  task: Task;
  event: TaskEvent;
  /** Whether it is new; false when the same was written before. */
  isNew: boolean;
  /** Resolves when it survives a power cut; rejects with Cc2ccError E_STORE. */
  durable: Promise<void>;
}

export type NewSubmission = Omit<Submission, 'seq' | 'state'>;
export type NewChange = Omit<Change, 'seq' | 'cut'>;

/**
 * The tasks of a bridge root: `tasks/<id>/1.json`, `2.json`, … Each is made by exactly one of all who
 * try, and no daemon is needed: the files are the truth, and whoever reads them comes to the same task.
 *
 * Numbers count from 1 without a gap; what lies behind a gap is not read. A file that is no event, or
 * one that the rules do not allow at its place, is passed over, and its number is used up.
 */
export class TaskStore {
  readonly root: string;
  readonly #cipher: Cipher;

  constructor(root: string, cipher: Cipher = PLAIN) {
    this.root = root;
    this.#cipher = cipher;
  }

  /**
   * @throws Cc2ccError E_UNKNOWN_TASK for what cannot be an id
   * @returns undefined where there is no such task
   */
  read(id: string): Task | undefined {
    return this.#load(id).task;
  }

  /** All tasks, newest first, read one at a time. */
  *all(): Generator<Task> {
    for (const id of taskIds(this.root).reverse()) {
      const task = this.read(id);
      if (task !== undefined) yield task;
    }
  }

  /**
   * Begins a task. One of that id that is there stays as it is.
   *
   * @throws Cc2ccError E_STORE
   */
  submit(id: string, submission: NewSubmission): Stored {
    return this.#write(id, (task, seq) => {
      if (task !== undefined) return beginning(task);
      const title = this.#cipher.conceal(submission.title);
      return { ...submission, seq, state: 'submitted', title };
    });
  }

  /**
   * Changes a task.
   *
   * @param decide says what to write to the task as it is at that moment, or which event says so
   *   already; it may throw. Asked again when another was faster
   * @throws Cc2ccError E_UNKNOWN_TASK, E_LIMIT, E_STORE; nothing has changed then
   */
  change(id: string, decide: (task: Task) => NewChange | TaskEvent): Stored {
    return this.#write(id, (task, seq) => {
      if (task === undefined) throw unknownTask(id);
      const decided = decide(task);
      if ('seq' in decided) return decided;
      return { ...decided, seq, ...this.#written(decided.text) };
    });
  }

  #write(id: string, decide: (task: Task | undefined, seq: number) => TaskEvent): Stored {
    const folder = taskFolder(this.root, id);
    for (;;) {
      const { task, next, torn } = this.#load(id);
      if (torn) {
        throw new Cc2ccError('E_STORE', `Task ${id} is being written at this moment.`, {
          hint: 'Try again in a moment.',
        });
      }
      const event = decide(task, next);
      if (event.seq < next && task !== undefined) {
        return { task, event, isNew: false, durable: Promise.resolve() };
      }
      // It ends: each attempt that fails means that a number has been used up.
      const most = event.state === 'working' ? MAX_NOTES : MAX_EVENTS;
      if (next > most) {
        throw new Cc2ccError('E_LIMIT', `Task ${id} has had ${most} changes.`, {
          hint: 'End it, and delegate the rest as another task.',
        });
      }
      const durable = placeEvent(folder, event);
      if (durable === undefined) continue;
      const after = this.#apply(id, task, event);
      if (after === undefined) throw new Error('the rules do not allow what was just decided');
      return { task: after, event: after.history.at(-1) ?? event, isNew: true, durable };
    }
  }

  /** The task as its files tell it, and the number of the next one. */
  #load(id: string): { task: Task | undefined; next: number; torn: boolean } {
    const folder = taskFolder(this.root, id);
    let task: Task | undefined;
    if (!isOwnFolder(folder)) return { task, next: 1, torn: false };
    for (let seq = 1; seq <= MAX_EVENTS; seq += 1) {
      const file = readEvent(folder, seq);
      if (file.kind === 'missing') return { task, next: seq, torn: false };
      if (file.kind === 'torn') return { task, next: seq, torn: true };
      if (file.kind === 'event') task = this.#apply(id, task, file.event) ?? task;
    }
    return { task, next: MAX_EVENTS + 1, torn: false };
  }

  #apply(id: string, task: Task | undefined, event: TaskEvent): Task | undefined {
    if (event.state === 'submitted') {
      const title = this.#cipher.reveal(event.title);
      return task === undefined ? submittedTask(id, { ...event, title }) : undefined;
    }
    if (task === undefined) return undefined;
    const text = event.text === undefined ? {} : { text: this.#cipher.reveal(event.text) };
    return nextTask(task, { ...event, ...text });
  }

  #written(text: string | undefined): Pick<Change, 'text' | 'cut'> {
    if (text === undefined) return {};
    const kept = cutToBytes(text, MAX_EVENT_TEXT_BYTES);
    return { text: this.#cipher.conceal(kept), ...(kept === text ? {} : { cut: true }) };
  }
}

/** @param who the agent whom it does not concern, if that is why */
export function unknownTask(id: string, who?: string): Cc2ccError {
  const whom = who === undefined ? '' : ` for ${who}`;
  return new Cc2ccError('E_UNKNOWN_TASK', `There is no task ${id}${whom}.`, {
    hint: 'See list_tasks, or cc2cc task list.',
  });
}

function beginning(task: Task): TaskEvent {
  const [first] = task.history;
  if (first === undefined) throw new Error('a task without a beginning');
  return first;
}

/** The beginning of a text, whole characters only. */
function cutToBytes(text: string, max: number): string {
  const bytes = Buffer.from(text.toWellFormed());
  if (bytes.length <= max) return bytes.toString();
  let end = max;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}
