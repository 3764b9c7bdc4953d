import { once, EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineChild } from '../../../scripts/line-child.js';

export interface TerminalOptions {
  /** An empty folder of its own, with a short path: a socket will lie in it. */
  folder: string;
  command: readonly string[];
  /** All that the command gets; nothing of ours, and nothing of tmux. */
  env: Readonly<Record<string, string>>;
  cwd: string;
}

interface Call {
  words: readonly string[];
  resolve: (output: string) => void;
  reject: (error: Error) => void;
}

const COMMAND_MS = 10_000;
const END_MS = 5_000;

/** The session goes with the client that we are, however this process ends. */
const CONFIGURATION = `
set -g destroy-unattached on
set -g status off
set -g history-limit 2000
set -s escape-time 0
`;

/**
 * A program in a terminal of its own: a tmux server with one window, driven in control mode, where
 * tmux says when the program has written something. Nobody has to look again and again.
 */
export class Terminal extends LineChild {
  /** What was on the screen when it was last looked at; stays when the program has ended. */
  lastScreen = '';
  readonly #changes = new EventEmitter();
  readonly #calls: Call[] = [];
  #changed = 0;
  #block: { number: string; ours: boolean; lines: string[] } | undefined;

  static start({ folder, command, env, cwd }: TerminalOptions): Terminal {
    const configuration = join(folder, 'tmux.conf');
    writeFileSync(configuration, CONFIGURATION);
    const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const { PATH = '/usr/bin:/bin' } = env;
    const server = ['-S', join(folder, 'tmux'), '-f', configuration, '-C'];
    const session = ['new-session', '-x', '180', '-y', '50', '-c', cwd];
    return new Terminal({
      command: 'tmux',
      args: [...server, ...session, '--', 'env', '-i', ...pairs, ...command],
      env: { PATH, HOME: folder, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
      cwd,
    });
  }

  /** @throws Error with what tmux says against it, or when the terminal has ended */
  run(...words: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        reject(new Error(`tmux did not answer ${words.join(' ')} within ${COMMAND_MS} ms.`));
      }, COMMAND_MS);
      const settled = (settle: () => void): void => {
        clearTimeout(deadline);
        settle();
      };
      const call: Call = {
        words,
        resolve: (output) => {
          settled(() => {
            resolve(output);
          });
        },
        reject: (error) => {
          settled(() => {
            reject(error);
          });
        },
      };
      if (this.ended !== undefined) call.reject(goneError(words, this.ended));
      else {
        this.#calls.push(call);
        this.sendLine(words.map(quoted).join(' '));
      }
    });
  }

  /** The program in the window. Ask for it first: it waits until there is a window. */
  async programPid(): Promise<number> {
    await this.waitForLine('%session-changed', COMMAND_MS); // before, tmux answers with nothing
    const pid = Number(await this.run('display-message', '-p', '#{pane_pid}'));
    if (pid > 0) return pid;
    throw new Error('tmux does not know the pid of its program.');
  }

  async screen(): Promise<string> {
    if (this.ended === undefined) this.lastScreen = await this.run('capture-pane', '-p');
    return this.lastScreen;
  }

  /** Literal characters, as if typed. */
  async type(text: string): Promise<void> {
    await this.run('send-keys', '-l', '--', text);
  }

  /** Keys by their tmux names: `Enter`, `Escape`, `Up`, `C-c`. */
  async keys(...names: string[]): Promise<void> {
    await this.run('send-keys', '--', ...names);
  }

  /**
   * Looks at the screen now and whenever it changes.
   *
   * @returns the screen that fits
   * @throws Error with the screen, past the deadline or when the program has ended
   */
  async shows(fits: (screen: string) => boolean, what: string, timeoutMs: number): Promise<string> {
    const signal = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const seen = this.#changed;
      const screen = await this.screen().catch(() => this.lastScreen);
      if (fits(screen)) return screen;
      const why = this.ended ?? (signal.aborted ? `not within ${timeoutMs} ms` : undefined);
      if (why !== undefined) throw new Error(`No ${what} on the screen: ${why}.\n${screen}`);
      if (seen === this.#changed) {
        await once(this.#changes, 'change', { signal }).catch(() => undefined); // said above
      }
    }
  }

  /** Takes the terminal away from the program, which ends it if it is a decent one. */
  async end(): Promise<void> {
    if (this.ended === undefined) await this.close(END_MS);
  }

  protected override takeLine(line: string): void {
    const [, mark, number, flags] = /^%(begin|end|error) \d+ (\d+) (\d+)/.exec(line) ?? [];
    if (this.#block !== undefined) {
      if (mark === undefined || mark === 'begin' || number !== this.#block.number) {
        this.#block.lines.push(line);
        return;
      }
      const { ours, lines } = this.#block;
      this.#block = undefined;
      const call = ours ? this.#calls.shift() : undefined;
      if (mark === 'end') call?.resolve(lines.join('\n'));
      else call?.reject(new Error(`tmux ${call.words.join(' ')}: ${lines.join(' ')}`));
    } else if (mark === 'begin' && number !== undefined) {
      this.#block = { number, ours: flags === '1', lines: [] }; // 0: tmux's own, at the start
    } else if (line.startsWith('%output ')) this.#change();
  }

  protected override takeEnd(why: string): void {
    for (const call of this.#calls.splice(0)) call.reject(goneError(call.words, why));
    this.#change();
  }

  #change(): void {
    this.#changed += 1;
    this.#changes.emit('change');
  }
}

function goneError(words: readonly string[], why: string): Error {
  return new Error(`tmux ${words.join(' ')}: the terminal is gone, ${why}.`);
}

/** tmux reads its commands as a shell does. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
