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
import { assertMaySpeak } from '../mail/speaking.js';
import { Cc2ccError } from '../protocol/errors.js';
import { mailboxPaths, rootPaths } from '../protocol/paths.js';
import { join } from 'node:path';
import { heldBy } from '../mail/held.js';
import { rejectHeld } from '../mail/reject-held.js';
import { rejectFile } from '../mail/reject.js';
import { post } from './post.js';
import { listedNames } from '../mail/directory.js';
import { onlineNames } from './directory.js';
import { dispatch, stateSentence } from './dispatch.js';
import type { Office } from './office.js';
import { tellOthers, updateTask } from './tasks/update.js';

/** So many held messages are listed. */
const MAX_HELD = 1_000;

/** Where people and scripts are served, who come with the commands of `cc2cc`. */
export class Counter {
  readonly #office: Office;

  constructor(office: Office) {
    this.#office = office;
  }

  /**
   * @throws Cc2ccError as {@link dispatch}, E_NAME for one in the name of a session that did not write it,
   *   E_UNKNOWN_MESSAGE for an answer to nothing
   */
  async send({ session, ...letter }: CommandLetter): Promise<SentLetter> {
    const office = this.#office;
    this.#assertMaySpeak(letter.from, session);
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
  async changeTask({ session, ...wish }: TaskWish): Promise<TaskAnswer> {
    this.#assertMaySpeak(wish.by, session);
    return taskAnswer(await this.#carryOut(updateTask(this.#office, wish)));
  }

  held({ list }: ControlMethods['held']['params']): ControlMethods['held']['result'] {
    // Whoever asks may have changed it a moment ago.
    if (this.#office.trust.look()) this.#office.offerAll();
    const { root, gate, config } = this.#office;
    const held = list ? heldBy(root, gate, { most: MAX_HELD }) : { messages: [], total: 0 };
    return { ...held, newSenders: config.newSenders };
  }

  /** @throws Cc2ccError E_STORE */
  async reject({ name, ids }: ControlMethods['reject']['params']): Promise<string[]> {
    const office = this.#office;
    const { dir, inbox } = mailboxPaths(office.root, name);
    const work = rejectHeld(name, ids, {
      registry: office,
      gate: office.gate,
      ttl: office.config.ttl,
      post: (notice) => post(office, notice),
      take: (id, reason) => {
        const mailbox = office.agent(name)?.agent?.mailbox;
        const entry = mailbox?.get(id);
        if (mailbox !== undefined && entry !== undefined) mailbox.reject(entry, reason);
        else rejectFile(join(inbox, `${id}.json`), rootPaths(office.root).rejected, dir, reason);
        office.log.info({ id, to: name, reason }, 'rejected');
      },
    });
    return this.#carryOut(work);
  }

  #assertMaySpeak(name: string, sessionId: string | undefined): void {
    const office = this.#office;
    const session = office.agent(name);
    if (session !== undefined) office.evidence.refresh(session); // after /clear it has another id
    assertMaySpeak(name, office.bearer(name), sessionId);
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
  async seen({
    name,
    ids,
    evidence,
    session: shell,
  }: ControlMethods['seen']['params']): Promise<number> {
    const session = this.#office.agent(name);
    if (session === undefined) {
      return markSeen(this.#office.root, name, ids, evidence);
    }
    if (evidence === 'reply') {
      this.#assertMaySpeak(name, shell);
      for (const id of ids) await session.answered(id);
      return ids.length;
    }
    throw new Cc2ccError('E_NAME', `${name} is attached: its session gets its mail.`, {
      hint: `To look without taking it: cc2cc receive ${name} --peek`,
    });
  }
}
