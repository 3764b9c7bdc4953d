import type { HookEvent, HookReply, HookReport } from '../../protocol/control.js';
import { ControlConnection } from '../../protocol/control-connection.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { parseInput, reportOf, sessionOf } from './input.js';
import { outputFor } from './output.js';
import { debug, handOver, readStdin } from './streams.js';
import { valueOrDefault } from './value-or-default.js';
import { within } from '../../protocol/within.js';

/** For the client to take what we print: it reads its pipes, whatever else it does. */
const OUTPUT_MS = 1_000;

/**
 * `cc2cc hook <event>`: tells the daemon what the session does, and the session what waits for it.
 *
 * @param plugin the hook is the plugin's
 * @throws Error for everything that is in the way; the session must not be bothered with it
 */
export async function reportEvent(event: HookEvent, plugin = false): Promise<void> {
  const bytes = await readStdin();
  const input = bytes === undefined ? undefined : parseInput(bytes);
  if (input === undefined) throw new Error('no JSON object on stdin, or too large a one');
  const session = sessionOf(input, process.env);
  if (session === undefined) throw new Error('neither CLAUDE_PID nor session_id');

  // From the dial to the daemon's answer.
  const patience = valueOrDefault('hookMs');
  const { connection, reply } = await within(
    patience,
    'an answer of the daemon',
    ask({ ...reportOf(event, session, input), ...(plugin ? { plugin } : {}) }),
  );
  // Looked at twice: a `stop` without a reason would hold the session up for nothing.
  const output = typeof reply.text === 'string' ? outputFor(event, reply.text) : undefined;
  if (output === undefined) {
    debug(`${event}: reported; nothing to say`);
    return;
  }
  await within(OUTPUT_MS, 'the client taking the output', handOver(process.stdout, output));
  debug(`${event}: reported; ${output.length} characters handed over`);
  const { receipt } = reply;
  // Not sooner: until the client has it, the daemon has to take the text for unseen.
  if (receipt !== null) {
    await within(patience, 'the receipt', connection.call('hook_shown', { receipt }));
  }
}

async function ask(
  report: HookReport,
): Promise<{ connection: ControlConnection; reply: HookReply }> {
  const connection = await ControlConnection.open(hostPaths(bridgeRoot()));
  return { connection, reply: await connection.call('hook', report) };
}
