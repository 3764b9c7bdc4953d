import { join } from 'node:path';
import { audienceOf } from '../../mail/audience.js';
import { describeByFiles, listedNames, registryOf } from '../../mail/directory.js';
import type { Evidence } from '../../mail/delivery.js';
import { assertFormat } from '../../mail/format.js';
import { gateByFiles, type Gate } from '../../mail/gate.js';
import { heldBy } from '../../mail/held.js';
import { rejectFile } from '../../mail/reject.js';
import { rejectHeld } from '../../mail/reject-held.js';
import { deliverMessage } from '../../mail/deliver.js';
import { sendByFiles } from '../../mail/send.js';
import { taskAnswer } from '../../mail/tasks/answer.js';
import { updateByFiles } from '../../mail/tasks/update-by-files.js';
import { markSeen } from '../../mail/mark-seen.js';
import { loadConfig, type Config } from '../../protocol/config.js';
import type {
  Audience,
  CommandLetter,
  ControlMethods,
  SentLetter,
  TaskAnswer,
  TaskWish,
} from '../../protocol/control.js';
import type { ControlConnection } from '../../protocol/control-connection.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { encodeMessage } from '../../protocol/envelope.js';
import { bridgeRoot, mailboxPaths, rootPaths } from '../../protocol/paths.js';
import { ensurePrivateFolder } from '../../protocol/private-folder.js';
import { inCommandWords } from './agent-name.js';
import { currentDaemon, orNone } from './current-daemon.js';
import { withDeadline } from './deadline.js';
import { say } from './output.js';

/** A daemon that neither answers nor hangs up is not waited for longer than this. */
const CALL_MS = 15_000;

/** So many held messages are listed. */
const MAX_HELD = 1_000;

/** The conversation in whose shell this runs; only from there a command speaks as a session. */
const sessionHere = (): string | undefined => process.env['CLAUDE_CODE_SESSION_ID'] || undefined;

/** What commands do with mail: by the daemon where one runs, else by the files. */
export class PostOffice {
  readonly root: string;
  readonly config: Config;
  /** By the daemon's settings, once it was asked what is held. */
  gate: Gate;
  #daemon: ControlConnection | undefined;

  private constructor(root: string, config: Config, daemon: ControlConnection | undefined) {
    this.root = root;
    this.config = config;
    this.gate = gateByFiles(root, config);
    this.#daemon = daemon;
  }

  /**
   * Looks for the daemon; starts none, but replaces one that is older than this program. Where none
   * runs, that is said on stderr.
   *
   * @throws Cc2ccError E_USAGE for a wrong configuration, E_UNSAFE for a root that is not ours alone,
   *   E_FORMAT for one of a newer form, E_REFUSED, E_TOKEN, E_PROTOCOL for a daemon that cannot be asked
   */
  static async open(): Promise<PostOffice> {
    ensurePrivateFolder(bridgeRoot());
    const root = bridgeRoot(); // again: links can be resolved now that it exists
    assertFormat(root);
    const paths = hostPaths(root);
    const config = loadConfig(paths.config);
    const daemon = await currentDaemon(root, paths);
    if (daemon === undefined) say('No daemon runs: the files are used.');
    return new PostOffice(root, config, daemon);
  }

  /** Whether a daemon does the work. */
  get hasDaemon(): boolean {
    return this.#daemon !== undefined;
  }

  /**
   * Sends a letter. A daemon that dies meanwhile may have sent it: then the same message is delivered
   * by the files, where its id keeps it from being there twice.
   *
   * @throws Cc2ccError what is wrong with the letter; it was not sent then
   */
  send(words: Omit<CommandLetter, 'session'>): Promise<SentLetter> {
    const { gate, config } = this;
    const letter = { ...words, session: sessionHere() };
    return this.#either(
      (daemon) => daemon.call('send', letter),
      () => sendByFiles(this.root, letter, { ...config, gate }),
    ).catch((error: unknown) => {
      throw inCommandWords(error);
    });
  }

  /**
   * Changes a task and tells the others.
   *
   * @throws Cc2ccError what stands against it; nothing has changed then
   */
  changeTask(words: Omit<TaskWish, 'session'>): Promise<TaskAnswer> {
    const { gate, config } = this;
    const wish = { ...words, session: sessionHere() };
    return this.#either(
      (daemon) => daemon.call('task', wish),
      async () => taskAnswer(await updateByFiles(this.root, wish, { ...config, gate })),
    );
  }

  audience(from: string, includeAway: boolean): Promise<Audience> {
    return this.#either(
      (daemon) => daemon.call('audience', { from, includeAway }),
      () => {
        const names = listedNames(registryOf(this.root));
        const online = names.filter(
          (name) => describeByFiles(this.root, name).status !== 'offline',
        );
        return audienceOf(from, online, names, includeAway);
      },
    );
  }

  /**
   * Moves messages to what has been seen. With no ids it only tells whether that would be right.
   *
   * @throws Cc2ccError E_NAME where a session gets that mail
   */
  async seen(
    name: string,
    ids: readonly string[],
    evidence: Extract<Evidence, 'command' | 'reply'>,
  ): Promise<void> {
    await this.#either(
      (daemon) => daemon.call('seen', { name, ids: [...ids], evidence, session: sessionHere() }),
      () => ({ moved: markSeen(this.root, name, ids, evidence) }),
    );
  }

  /** What waits until a person approves it; the daemon may have other settings than this program. */
  held(): Promise<ControlMethods['held']['result']> {
    return this.#held(true);
  }

  /** From here on what is held is what the daemon holds. */
  async followDaemon(): Promise<void> {
    await this.#held(false);
  }

  async #held(list: boolean): Promise<ControlMethods['held']['result']> {
    const { newSenders: own } = this.config;
    const held = await this.#either(
      (daemon) => daemon.call('held', { list }),
      () => {
        const none = { messages: [], total: 0 };
        const found = list ? heldBy(this.root, this.gate, { most: MAX_HELD }) : none;
        return { ...found, newSenders: own };
      },
    );
    const { newSenders } = held;
    if (newSenders !== own) this.gate = gateByFiles(this.root, { ...this.config, newSenders });
    return held;
  }

  /**
   * Takes held messages away and tells their senders.
   *
   * @returns the ids of those that were
   */
  async reject(name: string, ids: readonly string[]): Promise<string[]> {
    const { root, gate, config } = this;
    const { dir, inbox } = mailboxPaths(root, name);
    const { rejected } = await this.#either(
      (daemon) => daemon.call('reject', { name, ids: [...ids] }),
      async () => ({
        rejected: await rejectHeld(name, ids, {
          registry: registryOf(root),
          gate,
          ttl: config.ttl,
          post: (notice) =>
            deliverMessage(
              mailboxPaths(root, notice.to),
              notice.id,
              encodeMessage(gate.keys.seal(notice)),
            ),
          take: (id, reason) => {
            rejectFile(join(inbox, `${id}.json`), rootPaths(root).rejected, dir, reason);
          },
        }),
      }),
    );
    return rejected;
  }

  close(): void {
    this.#daemon?.close();
  }

  async #either<T>(
    byDaemon: (daemon: ControlConnection) => Promise<T>,
    byFiles: () => T | Promise<T>,
  ): Promise<T> {
    if (this.#daemon === undefined) return byFiles();
    try {
      return await withDeadline(byDaemon(this.#daemon), CALL_MS, 'The daemon does not answer.');
    } catch (error) {
      orNone(error); // throws what is an answer of the daemon
      this.#daemon.close();
      this.#daemon = undefined;
      say('The daemon has ended: the files are used.');
      return byFiles();
    }
  }
}
