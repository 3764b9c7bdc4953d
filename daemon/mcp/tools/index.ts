import { createHash } from 'node:crypto';
import { ask } from './ask.js';
import { broadcast } from './broadcast.js';
import { checkInbox } from './check-inbox.js';
import { delegateTask } from './delegate-task.js';
import { listAgents } from './list-agents.js';
import { listTasks } from './list-tasks.js';
import { messageStatus } from './message-status.js';
import { notifyWhenIdle } from './notify-when-idle.js';
import { register } from './register.js';
import { reply } from './reply.js';
import { send } from './send.js';
import { setSummary } from './set-summary.js';
import type { Tool } from './tool.js';
import { updateTask } from './update-task.js';
import { waitForMessage } from './wait-for-message.js';
import { whoami } from './whoami.js';

/** All tools, in the order in which clients list them. */
export const TOOLS: readonly Tool[] = [
  send,
  reply,
  checkInbox,
  listAgents,
  whoami,
  broadcast,
  register,
  messageStatus,
  waitForMessage,
  ask,
  setSummary,
  notifyWhenIdle,
  delegateTask,
  updateTask,
  listTasks,
];

/** What tools/list answers, the same for every session. */
export const TOOL_LIST = TOOLS.map(({ name, description, inputSchema, alwaysLoad, readOnly }) => ({
  name,
  description,
  inputSchema: { ...inputSchema, type: 'object' as const },
  annotations: { readOnlyHint: readOnly, openWorldHint: false, destructiveHint: false },
  ...(alwaysLoad ? { _meta: { 'anthropic/alwaysLoad': true } } : {}),
}));

const TOOLS_DIGEST = createHash('sha256')
  .update(JSON.stringify(TOOL_LIST))
  .digest('hex')
  .slice(0, 16);

/** Tells whether a re-attached session knows other tools than it has now; a server that stands by has none. */
export function toolsDigest(standby: boolean): string {
  return standby ? 'none' : TOOLS_DIGEST;
}
