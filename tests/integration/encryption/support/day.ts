import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureMailbox } from '../../../../mail/deliver.js';
import { newMessageId } from '../../../../protocol/ids.js';
import { idsOf } from '../../../../scripts/mcp-client.js';
import { attachAgent, awake, type Agent, type AgentOptions } from '../../../support/agents.js';
import { cli, type CliOptions } from '../../../support/cli.js';
import { startDaemon } from '../../../support/daemon.js';
import { until } from '../../../support/events.js';
import { listInbox, listRejected, mailboxOf } from '../../../support/files.js';
import type { Sandbox } from '../../../support/sandbox.js';
import { killDaemon, processGone } from '../../lifecycle/support.js';
import { idOf } from '../../mailbox/support/inbox.js';
import { taskIdIn } from '../../tasks/support.js';

/** Long enough for a push of its own, a result that is cut, and more than one write. */
const LONG = 40_000;
const MANY = 40;

/** What a day is told with. */
export interface Teller {
  sandbox: Sandbox;
  /** A text with a secret word in it that stands for `what`. */
  say: (what: string) => string;
  /** Looks at all files, now. */
  look: () => void;
}

/** Everything that writes a text of somebody's: without a daemon, with one, and when it dies. */
export async function wholeDay(teller: Teller): Promise<void> {
  await withoutDaemon(teller);
  await startDaemon(teller.sandbox);
  const [ann, ben] = [await arrive(teller, 'ann'), await arrive(teller, 'ben')];
  await messages(teller, ann, ben);
  await tasks(teller, ann, ben);
  await away(teller, ann);
  await hooks(teller, ben);
  await rejected(teller);
  await crash(teller, ann, ben);
}

async function command(
  { sandbox, look }: Teller,
  args: readonly string[],
  options?: CliOptions,
): Promise<string> {
  const { code, stdout, stderr } = await cli(sandbox, args, options);
  assert.equal(code, 0, `${args[0]}: ${stdout}${stderr}`);
  look();
  return stdout;
}

async function arrive(
  { sandbox }: Teller,
  name: string,
  options: AgentOptions = {},
): Promise<Agent> {
  const agent = await attachAgent(sandbox, { name, ...options });
  if (options.lanes === undefined) await awake(agent);
  return agent;
}

async function withoutDaemon(teller: Teller): Promise<void> {
  const { sandbox, say } = teller;
  const files = { env: { CC2CC_NAME: 'script' } };
  ensureMailbox(mailboxOf(sandbox, 'ben')); // somebody who was here before
  await command(teller, ['init', '--no-service', '--no-register', '--no-hooks', '--no-prove']);
  await command(
    teller,
    ['task', 'delegate', 'ben', say('fileTask'), '--title', say('fileTitle')],
    files,
  );
  await command(teller, ['send', 'ben', '-'], { ...files, stdin: say('fileSend') });
  await command(teller, ['broadcast', say('fileBroadcast'), '--include-away'], files);
  const read = JSON.parse(await command(teller, ['receive', 'ben', '--json', '--limit', '1'])) as {
    id: string;
  };
  await command(teller, ['reply', read.id, say('fileReply'), '--from', 'ben']);
}

async function messages({ say, look }: Teller, ann: Agent, ben: Agent): Promise<void> {
  const sent = await ann.call('send', { to: 'ben', text: say('send') });
  await ben.waitForMessage(({ meta }) => meta['msg_id'] === idOf(sent));
  look();
  await ben.call('reply', { msg_id: idOf(sent), text: say('reply') });
  await ann.call('broadcast', { text: say('broadcast'), priority: 'high' });
  look();
  const asked = ann.call('ask', { to: 'ben', text: say('ask'), timeout_s: 20 });
  const push = await ben.waitForMessage(({ meta }) => meta['awaited'] === 'true');
  look();
  await ben.call('reply', { msg_id: idsOf(push)[0], text: say('answer') });
  await asked;
  await ann.call('send', { to: 'ben', text: say('long') + ' and so on'.repeat(LONG / 10) });
  await ben.call('check_inbox');
  look();
  await ben.call('notify_when_idle', { agent: 'ann' });
  look();
}

async function tasks({ say, look }: Teller, ann: Agent, ben: Agent): Promise<void> {
  const given = await ann.call('delegate_task', {
    ...{ to: ['ben'], title: say('title'), text: say('task') },
  });
  const id = taskIdIn(given);
  const update = (state: string, text: string): Promise<unknown> =>
    ben.call('update_task', { task_id: id, state, text });
  look();
  await update('accepted', say('accepted'));
  await update('working', say('note'));
  look();
  await update('completed', say('result') + ' and more'.repeat(LONG / 10));
  await ann.call('check_inbox'); // the rest would wait behind it
  look();
}

/** For somebody who does not come: it expires, and its sender is told. */
async function away(teller: Teller, ann: Agent): Promise<void> {
  const { sandbox, say, look } = teller;
  const cat = await arrive(teller, 'cat', { lanes: 'tool' });
  await cat.close();
  const words = ['send', 'cat', say('expiring'), '--ttl', '1', '--json'];
  const inItsShell = { env: { CLAUDE_CODE_SESSION_ID: ann.sessionId } };
  const { id } = JSON.parse(await command(teller, words, inItsShell)) as { id: string };
  await ann.waitForMessage(({ meta }) => meta['reply_to'] === id, 20_000);
  await until(() => listInbox(sandbox, 'cat').length === 0, 'the end of what expired');
  await command(teller, ['status', '--message', id, '--json']);
  await command(teller, ['log', '--json']);
  look();
}

async function hooks(teller: Teller, ben: Agent): Promise<void> {
  const input = { session_id: ben.sessionId, hook_event_name: 'UserPromptSubmit' };
  const stdin = JSON.stringify({ ...input, prompt: `${teller.say('prompt')} msg-1` });
  await command(teller, ['hook', 'user-prompt-submit'], { stdin });
}

/** A message that somebody has changed on its way. */
async function rejected(teller: Teller): Promise<void> {
  const { sandbox, say, look } = teller;
  const before = listRejected(sandbox).length;
  await command(teller, ['send', 'cat', say('forged'), '--from', 'dan']);
  const { inbox } = mailboxOf(sandbox, 'cat');
  const [file = ''] = listInbox(sandbox, 'cat');
  const message = JSON.parse(readFileSync(join(inbox, file), 'utf8')) as object;
  const id = newMessageId();
  const staged = join(mailboxOf(sandbox, 'ben').tmp, file);
  writeFileSync(staged, JSON.stringify({ ...message, id, priority: 'critical' }));
  renameSync(staged, join(mailboxOf(sandbox, 'ben').inbox, `${id}.json`));
  await until(() => listRejected(sandbox).length === before + 2, 'refusal', 20_000);
  look();
}

/** Killed in the middle of many; then a second time while its successor brings what waits. */
async function crash({ sandbox, say, look }: Teller, ann: Agent, ben: Agent): Promise<void> {
  for (const round of ['first', 'second']) {
    const sends = Array.from({ length: MANY }, (_, n) =>
      ann.call('send', { to: n % 2 === 0 ? 'ben' : 'cat', text: say(`${round}${n}`) }),
    );
    await sends[MANY / 4];
    const pid = killDaemon(sandbox);
    await processGone(sandbox, pid);
    look(); // what a crash leaves behind
    await Promise.all(sends); // by the next daemon
    look();
  }
  await ben.call('check_inbox');
}
