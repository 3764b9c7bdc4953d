import type { HookEvent } from '../../protocol/control.js';

/** The events by the names that Claude Code knows them by. */
export const CLIENT_EVENTS = {
  'session-start': 'SessionStart',
  'user-prompt-submit': 'UserPromptSubmit',
  'post-tool-use': 'PostToolUse',
  stop: 'Stop',
  'session-end': 'SessionEnd',
} as const satisfies Record<HookEvent, string>;
