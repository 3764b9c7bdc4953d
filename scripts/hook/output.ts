import type { HookEvent } from '../../protocol/control.js';
import { CLIENT_EVENTS } from './events.js';

/**
 * What to print so that the client shows `text` to its model.
 *
 * @returns undefined where the event has no way to do so
 */
export function outputFor(event: HookEvent, text: string): string | undefined {
  switch (event) {
    // At `stop` this continues the turn. So does a `decision` of `block`, whose reason is shown twice.
    case 'session-start':
    case 'user-prompt-submit':
    case 'post-tool-use':
    case 'stop':
      return line({
        hookSpecificOutput: { hookEventName: CLIENT_EVENTS[event], additionalContext: text },
      });
    case 'session-end':
      return undefined;
  }
}

function line(output: object): string {
  return `${JSON.stringify(output)}\n`;
}
