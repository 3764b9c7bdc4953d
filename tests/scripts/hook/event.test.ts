import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeDaemon, type Json } from '../../shim/support/fake-daemon.js';
import { makeHome } from '../../shim/support/home.js';
import { HookProcess, runHook, UNNOTICED } from './support.js';

const COMMON = { session_id: 'session-1', transcript_path: '/t/session-1.jsonl', cwd: '/work' };
const SAID = { claudePid: 4711, sessionId: 'session-1', transcriptPath: '/t/session-1.jsonl' };
const SECRET = 'the words of the user';
const PROMPT = `[cc2cc] 2 messages.\n\n[msg-1] from ann (12:00)\n> ${SECRET}\n\n[msg-2] from ben\n> hi`;
const TEXT = 'Two "lines"\nwith umlauts: äöü, and \u2028.';

/** Per event: what the client writes, what the daemon is told, what the client is shown. */
const EVENTS: [event: string, input: Json, params: Json, output: Json | undefined][] = [
  [
    'session-start',
    { ...COMMON, hook_event_name: 'SessionStart', source: 'resume' },
    { ...SAID, event: 'session-start', source: 'resume' },
    { hookSpecificOutput: { hookEventName: 'SessionStart', additionalContext: TEXT } },
  ],
  [
    'user-prompt-submit',
    { ...COMMON, hook_event_name: 'UserPromptSubmit', prompt: PROMPT },
    { ...SAID, event: 'user-prompt-submit', ids: ['msg-1', 'msg-2'] },
    { hookSpecificOutput: { hookEventName: 'UserPromptSubmit', additionalContext: TEXT } },
  ],
  [
    'post-tool-use',
    { ...COMMON, hook_event_name: 'PostToolUse', tool_name: 'Bash', tool_response: SECRET },
    { ...SAID, event: 'post-tool-use' },
    { hookSpecificOutput: { hookEventName: 'PostToolUse', additionalContext: TEXT } },
  ],
  [
    'stop',
    {
      ...COMMON,
      hook_event_name: 'Stop',
      stop_hook_active: true,
      last_assistant_message: SECRET,
    },
    { ...SAID, event: 'stop', stopHookActive: true },
    { hookSpecificOutput: { hookEventName: 'Stop', additionalContext: TEXT } },
  ],
  [
    'session-end',
    { ...COMMON, hook_event_name: 'SessionEnd', reason: 'clear' },
    { ...SAID, event: 'session-end', reason: 'clear' },
    undefined,
  ],
];

for (const [event, input, params, output] of EVENTS) {
  test(`${event}: reports, shows the text, and then says so`, async (t) => {
    const home = makeHome(t);
    const daemon = await FakeDaemon.start(t, home);
    const env = { CLAUDE_PID: '4711' };
    const ended = runHook(t, home, [event], { env, stdin: JSON.stringify(input) });
    const peer = await daemon.peer();
    assert.equal(peer.hello.kind, 'control');
    const request = await peer.request('hook');
    assert.deepEqual(request['params'], params);
    assert.ok(!JSON.stringify(request).includes(SECRET), 'nobody’s words leave the process');
    peer.send({ id: request['id'], result: { text: TEXT, receipt: 'r-1' } });
    if (output === undefined) assert.equal(await peer.lines.next(), undefined);
    else {
      const shown = await peer.request('hook_shown');
      assert.deepEqual(shown['params'], { receipt: 'r-1' });
      peer.send({ id: shown['id'], result: {} });
    }
    const stdout = output === undefined ? '' : `${JSON.stringify(output)}\n`;
    assert.deepEqual(await ended, { code: 0, stdout, stderr: '' });
  });

  test(`${event}: nothing to say is nothing on stdout, and no receipt`, async (t) => {
    const home = makeHome(t);
    const daemon = await FakeDaemon.start(t, home);
    const ended = runHook(t, home, [event], { stdin: JSON.stringify(input) });
    const peer = await daemon.peer();
    const request = await peer.request('hook');
    assert.equal(request['params'].claudePid, undefined, 'there is no CLAUDE_PID');
    peer.send({ id: request['id'], result: { text: null, receipt: null } });
    assert.equal(await peer.lines.next(), undefined);
    assert.deepEqual(await ended, UNNOTICED);
  });
}

test('a text without a receipt is shown all the same', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const ended = runHook(t, home, ['stop'], { stdin: JSON.stringify(COMMON) });
  const peer = await daemon.peer();
  const { id } = await peer.request('hook');
  peer.send({ id, result: { text: 'more', receipt: null } });
  assert.equal(await peer.lines.next(), undefined);
  assert.equal(
    (await ended).stdout,
    '{"hookSpecificOutput":{"hookEventName":"Stop","additionalContext":"more"}}\n',
  );
});

test('the daemon goes when the text is out: the text is out', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const ended = runHook(t, home, ['stop'], { stdin: JSON.stringify(COMMON) });
  const peer = await daemon.peer();
  const { id } = await peer.request('hook');
  peer.send({ id, result: { text: 'more', receipt: 'r-1' } });
  await peer.request('hook_shown');
  daemon.kill();
  assert.deepEqual(await ended, {
    ...UNNOTICED,
    stdout: '{"hookSpecificOutput":{"hookEventName":"Stop","additionalContext":"more"}}\n',
  });
});

/** More than any pipe holds, so that a write ends only when somebody reads. */
const LARGE = 'x'.repeat(4 * 1024 * 1024);

test('a client that does not take the text gets no receipt said in its name', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const hook = new HookProcess(t, home, ['post-tool-use'], { stdin: JSON.stringify(COMMON) });
  hook.child.stdout.pause();
  const exited = new Promise((resolve) => hook.child.once('exit', resolve));
  const peer = await daemon.peer();
  const { id } = await peer.request('hook');
  peer.send({ id, result: { text: LARGE, receipt: 'r-1' } });
  assert.equal(await peer.lines.next(), undefined, 'it ends without a word');
  assert.equal(await exited, 0);
  hook.child.stdout.resume();
  await hook.ended;
});

test('a client that has closed the pipe gets neither a receipt nor an error', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const env = { CC2CC_DEBUG: '1' };
  const hook = new HookProcess(t, home, ['stop'], { env, stdin: JSON.stringify(COMMON) });
  const peer = await daemon.peer();
  const { id } = await peer.request('hook');
  hook.child.stdout.destroy();
  peer.send({ id, result: { text: LARGE, receipt: 'r-1' } });
  assert.equal(await peer.lines.next(), undefined);
  const { code, stderr } = await hook.ended;
  assert.equal(code, 0);
  assert.match(stderr, /^cc2cc hook: .*EPIPE.*\n$/);
});

test('CC2CC_DEBUG=1 says what happens, and nobody’s words', async (t) => {
  const home = makeHome(t);
  const daemon = await FakeDaemon.start(t, home);
  const env = { CC2CC_DEBUG: '1' };
  const stdin = JSON.stringify({ ...COMMON, prompt: PROMPT });
  const ended = runHook(t, home, ['user-prompt-submit'], { env, stdin });
  const peer = await daemon.peer();
  const { id } = await peer.request('hook');
  peer.send({ id, result: { text: SECRET, receipt: null } });
  const { stderr } = await ended;
  assert.match(stderr, /^cc2cc hook: user-prompt-submit: reported; \d+ characters handed over\n$/);
});
