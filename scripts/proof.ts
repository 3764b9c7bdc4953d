import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createMessage, encodeMessage } from '../protocol/envelope.js';
import { newMessageId } from '../protocol/ids.js';
import { mailboxPaths } from '../protocol/paths.js';
import { McpClient } from './mcp-client.js';

const run = promisify(execFile);

/**
 * Two agents attach through real shims to a daemon of their own; a message goes each way and one is
 * dropped as a file. Everything lies in a temporary folder and is gone afterwards.
 *
 * @param report is called with a sentence for each step that has worked
 * @throws Error that says which step did not
 */
export async function proveDelivery(
  daemon: string,
  shim: string,
  report: (step: string) => void,
): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cc2cc-')));
  const env = throwAwayEnvironment(folder);
  const clients: McpClient[] = [];
  const attach = async (name: string): Promise<McpClient> => {
    const started = performance.now();
    const client = McpClient.start({
      command: process.execPath,
      args: [shim],
      env: { ...env, CC2CC_NAME: name, CC2CC_LANES: 'channel' },
      cwd: folder,
    });
    clients.push(client);
    await client.initialize();
    await client.waitForMessage(`You are "${name}"`);
    report(`${name} attached through its shim in ${ms(started)}`);
    return client;
  };
  try {
    const ann = await attach('proof-ann');
    const ben = await attach('proof-ben');
    await sendAndWait(ann, 'proof-ann', ben, 'proof-ben', report);
    await sendAndWait(ben, 'proof-ben', ann, 'proof-ann', report);
    await dropAndWait(env.CC2CC_BRIDGE_DIR, ben, 'proof-ben', report);
  } finally {
    await Promise.allSettled(clients.map((client) => client.close()));
    await run(process.execPath, [daemon, 'stop'], { env }).catch(() => undefined); // or never began
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

async function sendAndWait(
  sender: McpClient,
  from: string,
  recipient: McpClient,
  to: string,
  report: (step: string) => void,
): Promise<void> {
  const text = `a message from ${from}`;
  const started = performance.now();
  const arrived = recipient.waitForMessage(text).then(() => ms(started));
  const result = await sender.call('send', { to, text });
  if (result.isError) throw new Error(`${from} could not send: ${result.text}`);
  report(`${from} sent, ${to} had it after ${await arrived}`);
}

/** What any program or person can do: write the file beside the inbox, then move it in. */
async function dropAndWait(
  root: string,
  recipient: McpClient,
  to: string,
  report: (step: string) => void,
): Promise<void> {
  const { tmp, inbox } = mailboxPaths(root, to);
  const id = newMessageId();
  const text = 'a message from a file';
  const draft = createMessage({ id, from: 'proof-file', to, text });
  writeFileSync(join(tmp, id), encodeMessage(draft), { mode: 0o600 });
  const started = performance.now();
  const arrived = recipient.waitForMessage(text).then(() => ms(started));
  renameSync(join(tmp, id), join(inbox, `${id}.json`));
  report(`a file was dropped into the inbox, ${to} had it after ${await arrived}`);
}

/** Nothing of the user's own is reached: not the daemon, not the mailboxes, not the settings. */
function throwAwayEnvironment(
  folder: string,
): Record<string, string> & { CC2CC_BRIDGE_DIR: string } {
  const within = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  };
  const home = within('home');
  const system = ['PATH', 'SystemRoot', 'SystemDrive', 'TEMP', 'TMP', 'TMPDIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(system),
    HOME: home,
    USERPROFILE: home,
    APPDATA: home,
    LOCALAPPDATA: home,
    XDG_RUNTIME_DIR: within('run'),
    XDG_STATE_HOME: within('state'),
    XDG_CONFIG_HOME: within('config'),
    CC2CC_BRIDGE_DIR: join(folder, 'root'),
  };
}

function ms(since: number): string {
  const passed = performance.now() - since;
  return `${passed.toFixed(passed < 10 ? 2 : 0)} ms`;
}
