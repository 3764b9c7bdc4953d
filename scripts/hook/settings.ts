import { HOOK_EVENTS } from '../../protocol/control.js';
import { stableNode } from '../../protocol/node-path.js';
import { CC2CC } from '../installed.js';
import { quote } from '../quote.js';
import { CLIENT_EVENTS } from './events.js';

/** One hook in Claude Code's settings.json. */
export interface CommandHook {
  type: 'command';
  command: string;
  /** Seconds. */
  timeout: number;
  /** It runs in the background, and exit code 2 wakes the session. */
  asyncRewake?: true;
}

/** The `hooks` object of Claude Code's settings.json. Without a matcher all tools and sources match. */
export type HookSettings = Record<string, { hooks: CommandHook[] }[]>;

/** A hook takes a tenth of a second. This is when the client ends one that hangs. */
const TIMEOUT_S = 5;

/** A week. The waiter ends by itself; the client's default would end it after minutes. */
const WAIT_TIMEOUT_S = 7 * 24 * 3600;

/** Events after which a session may be idle for long. */
const BEFORE_IDLE = ['SessionStart', 'Stop'];

/**
 * The hooks that `cc2cc hook` is made for, with absolute paths: a client's PATH is not that of a
 * shell.
 *
 * @param wait also the waiter that wakes an idle session
 * @param node the Node program to run them; default: this one, by a path that an upgrade leaves in force
 */
export function hookSettings({
  wait,
  node = stableNode().path,
}: {
  wait: boolean;
  node?: string;
}): HookSettings {
  return Object.fromEntries(
    HOOK_EVENTS.map((event) => {
      const name = CLIENT_EVENTS[event];
      const hooks = [commandHook(node, event, TIMEOUT_S)];
      if (wait && BEFORE_IDLE.includes(name)) {
        hooks.push({ ...commandHook(node, 'wait', WAIT_TIMEOUT_S), asyncRewake: true });
      }
      return [name, [{ hooks }]];
    }),
  );
}

function commandHook(node: string, word: string, timeout: number): CommandHook {
  const command = `${quote(node)} ${quote(CC2CC)} hook ${word}`;
  return { type: 'command', command, timeout };
}
