import type { Action } from './action.js';
import { commands } from './commands.js';
import { files } from './files.js';
import { messages } from './messages.js';
import { sessions } from './sessions.js';

export const ACTIONS: readonly Action[] = [...messages, ...sessions, ...files, ...commands];
