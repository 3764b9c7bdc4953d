import { isRecord } from '../../protocol/json.js';
import { cli, type CliOptions, type CliResult } from '../support/cli.js';
import type { Sandbox } from '../support/sandbox.js';
import { hashOf } from './entry.js';
import { sanitizeText } from '../../protocol/sanitize.js';
import type { History } from './history.js';

let streams = 0;

/**
 * Runs `cc2cc …` to its end for an agent, and records what `send`, `broadcast`, `reply` and `receive`
 * do. Others run as they are. `--json` and, but for `receive`, `--from` are added.
 *
 * @param agent key and name of whoever runs it
 * @param args for example `['send', 'ben', 'hello']`: the text last, options in between
 */
export async function recordCommand(
  history: History,
  sandbox: Sandbox,
  agent: string,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  const [command = '', ...rest] = args;
  history.note({ kind: 'named', agent, name: agent });
  if (command === 'receive') {
    const result = await cli(sandbox, [...args, '--json'], options);
    recordReceived(history, agent, result.stdout);
    if (result.code === null) history.killed('command', undefined, agent);
    return result;
  }
  if (!['send', 'broadcast', 'reply'].includes(command)) return cli(sandbox, args, options);
  const text = rest.at(-1) ?? '';
  const to = command === 'broadcast' ? '*' : command === 'send' ? (rest[0] ?? '') : '';
  streams += 1;
  const ref = history.send({
    from: agent,
    to,
    by: 'command',
    stream: `command/${streams}`,
    text,
    ...(command === 'reply' ? { replyTo: rest[0] ?? '' } : {}),
  });
  const result = await cli(sandbox, [command, '--json', '--from', agent, ...rest], options);
  const ids = idsIn(result.stdout);
  if (result.code === null) history.killed('command', undefined, agent);
  if (ids.length > 0) history.accepted(ref, ...ids);
  else if (result.code === null) history.unanswered(ref, 'the command was killed');
  else history.refused(ref, result.stderr);
  return result;
}

/** What `cc2cc receive --json` has printed; the last line may be cut short. */
export function recordReceived(history: History, agent: string, stdout: string): void {
  for (const line of stdout.split('\n').slice(0, -1)) {
    const message: unknown = JSON.parse(line);
    if (!isRecord(message)) throw new Error(`receive printed what is no message: ${line}`);
    const { id, content, repeated } = message;
    const text = isRecord(content) ? content['text'] : undefined;
    if (typeof id !== 'string' || typeof text !== 'string') throw new Error(`no message: ${line}`);
    const shown = hashOf(sanitizeText(text) || '(no text that can be shown)');
    history.shown({
      agent,
      session: 0,
      lane: 'command',
      id,
      repeated: repeated === true,
      shown,
    });
  }
}

function idsIn(stdout: string): string[] {
  if (!stdout.endsWith('}\n')) return []; // it printed nothing, or not all
  const value: unknown = JSON.parse(stdout);
  if (!isRecord(value)) return [];
  if (typeof value['id'] === 'string') return [value['id']];
  const sent = value['sent'];
  if (!Array.isArray(sent)) return [];
  return sent.filter(isRecord).flatMap(({ id }) => (typeof id === 'string' ? id : []));
}
