import { audienceOf } from '../mail/audience.js';
import { ensureMailbox } from '../mail/deliver.js';
import { taskAnswer } from '../mail/tasks/answer.js';
import { findMail } from '../mail/find-mail.js';
import { markSeen } from '../mail/mark-seen.js';
import type {
  Audience,
  CommandLetter,
  ControlMethods,
  SentLetter,
  TaskAnswer,
  TaskWish,
} from '../protocol/control.js';
import { Cc2ccError } from '../protocol/errors.js';
import { mailboxPaths } from '../protocol/paths.js';
import { listedNames } from '../mail/directory.js';
import { onlineNames } from './directory.js';
import { dispatch, stateSentence } from './dispatch.js';
import type { Office } from './office.js';
import { tellOthers, updateTask } from './tasks/update.js';

/** Where people and scripts are served, who come with the commands of `cc2cc`. */
export class Counter {
  readonly #office: Office;

  constructor(office: Office) {
    this.#office = office;
  }

  /** @throws Cc2ccError as {@link dispatch}, and E_UNKNOWN_MESSAGE for an answer to nothing */
  async send(letter: CommandLetter): Promise<SentLetter> {
    const office = this.#office;
    const { id, from: name, replyTo } = letter;
    const answers =
      replyTo === undefined
        ? undefined
        : findMail(office.root, name, replyTo, office.gate.keys)?.message;
    if (replyTo !== undefined && answers === undefined) {
      throw new Cc2ccError('E_UNKNOWN_MESSAGE', `There is no message ${replyTo} for ${name}.`);
    }
    // For the answer, and for the notice should it expire.
    if (office.agent(name) === undefined) ensureMailbox(mailboxPaths(office.root, name));
    const receipt = await this.#carryOut(dispatch(office, { name, id }, { ...letter, answers }));
    await tellOthers(office, receipt);
    const { to, formerly } = receipt;
    return {
      id,
      to,
      ...(formerly === undefined ? {} : { formerly }),
      state: stateSentence(office, receipt),
      ...(receipt.recorded?.task === undefined ? {} : { task: receipt.recorded.task.id }),
    };
  }

  /** @throws Cc2ccError as {@link updateTask} */
  async changeTask(wish: TaskWish): Promise<TaskAnswer> {
    return taskAnswer(await this.#carryOut(updateTask(this.#office, wish)));
  }

  /** A daemon that leaves waits for it, as for a tool call. */
  async #carryOut<T>(work: Promise<T>): Promise<T> {
    this.#office.running.add(work);
    try {
      return await work;
    } finally {
      this.#office.running.delete(work);
    }
  }

  audience({ from, includeAway }: ControlMethods['audience']['params']): Audience {
    const office = this.#office;
    return audienceOf(from, onlineNames(office, from), listedNames(office), includeAway);
  }

  /**
   * @throws Cc2ccError E_NAME where a session reads that mail: what a command showed to somebody else,
   *   its agent has not seen
   */
  async seen({ name, ids, evidence }: ControlMethods['seen']['params']): Promise<number> {
    const session = this.#office.agent(name);
    if (session === undefined) {
      return markSeen(this.#office.root, name, ids, evidence);
    }
    if (evidence === 'reply') {
      for (const id of ids) await session.answered(id);
      return ids.length;
    }
    throw new Cc2ccError('E_NAME', `${name} is attached: its session gets its mail.`, {
      hint: `To look without taking it: cc2cc receive ${name} --peek`,
    });
  }
}
