import { audienceOf } from '../../mail/audience.js';
import { describeByFiles, listedNames, registryOf } from '../../mail/directory.js';
import type { Evidence } from '../../mail/delivery.js';
import { assertFormat } from '../../mail/format.js';
import type { Gate } from '../../mail/gate.js';
import { Keyring } from '../../mail/keyring.js';
import { sendByFiles } from '../../mail/send.js';
import { taskAnswer } from '../../mail/tasks/answer.js';
import { updateByFiles } from '../../mail/tasks/update-by-files.js';
import { markSeen } from '../../mail/mark-seen.js';
import { loadConfig, type Config } from '../../protocol/config.js';
import type {
  Audience,
  CommandLetter,
  SentLetter,
  TaskAnswer,
  TaskWish,
} from '../../protocol/control.js';
import type { ControlConnection } from '../../protocol/control-connection.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { ensurePrivateFolder } from '../../protocol/private-folder.js';
import { inCommandWords } from './agent-name.js';
import { currentDaemon, orNone } from './current-daemon.js';
import { withDeadline } from './deadline.js';
import { say } from './output.js';

/** A daemon that neither answers nor hangs up is not waited for longer than this. */
const CALL_MS = 15_000;

/** What commands do with mail: by the daemon where one runs, else by the files. */
export class PostOffice {
  readonly root: string;
  readonly config: Config;
  readonly gate: Gate;
  #daemon: ControlConnection | undefined;

  private constructor(root: string, config: Config, daemon: ControlConnection | undefined) {
    this.root = root;
    this.config = config;
    this.gate = {
      keys: new Keyring(root, { encrypt: config.encrypt }),
      policy: config.signatures,
    };
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
  send(letter: CommandLetter): Promise<SentLetter> {
    const { gate, config } = this;
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
  changeTask(wish: TaskWish): Promise<TaskAnswer> {
    const { gate, config } = this;
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
      (daemon) => daemon.call('seen', { name, ids: [...ids], evidence }),
      () => ({ moved: markSeen(this.root, name, ids, evidence) }),
    );
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
