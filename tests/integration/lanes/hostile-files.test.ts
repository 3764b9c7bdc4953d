/** The client's own files are not ours: whatever lies in their place, the daemon goes on. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { attachAgent } from '../../support/agents.js';
import { FakeClaude } from '../../support/fake-claude.js';
import type { Sandbox } from '../../support/sandbox.js';
import { sandboxFor } from '../mailbox/support/inbox.js';

const skip = process.platform === 'win32' && 'no FIFOs';

interface Scene {
  claude: FakeClaude;
  /** Sends and sees that the daemon still does what it should. */
  goesOn: () => Promise<void>;
}

async function scene(t: TestContext, prepare: (sandbox: Sandbox) => void): Promise<Scene> {
  const sandbox = sandboxFor(t);
  prepare(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const claude = await FakeClaude.start(sandbox);
  await claude.attach({ name: 'ben' });
  const goesOn = async (): Promise<void> => {
    await ann.call('send', { to: 'ben', text: 'hello' });
    await claude.socket.content('hello');
    await new Promise((resolve) => setTimeout(resolve, 600)); // two looks for evidence
    const late = new Promise((resolve) => setTimeout(resolve, 5_000, 'no answer')).then(String);
    const answer = ann.call('message_status', { msg_id: 'msg-x' }).then(() => 'answer');
    assert.equal(await Promise.race([late, answer]), 'answer');
  };
  return { claude, goesOn };
}

const claudeFolder = (sandbox: Sandbox, ...path: string[]): string => {
  const folder = join(sandbox.home, '.claude', ...path);
  mkdirSync(folder, { recursive: true });
  return folder;
};

test('a session file that is a FIFO', { skip }, async (t) => {
  const { goesOn } = await scene(t, (sandbox) => {
    execFileSync('mkfifo', [join(claudeFolder(sandbox, 'sessions'), `${process.pid}.json`)]);
  });
  await goesOn();
});

test('a transcript that is a FIFO, or a link to one', { skip }, async (t) => {
  for (const name of ['fifo', 'link']) {
    let path = '';
    const { claude, goesOn } = await scene(t, (sandbox) => {
      const folder = claudeFolder(sandbox, 'projects', 'x');
      path = join(folder, `${name}.jsonl`);
      execFileSync('mkfifo', [join(folder, 'fifo.jsonl')]);
      if (name === 'link') symlinkSync('fifo.jsonl', path);
    });
    await claude.hook('user-prompt-submit', { transcriptPath: path });
    await goesOn();
  }
});
