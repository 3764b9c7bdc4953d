import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInput, reportOf, sessionOf } from '../../../scripts/hook/input.js';

const PIDS: [text: string | undefined, pid: number | undefined][] = [
  ['1', 1],
  ['4194304', 4194304],
  ['2147483647', 2147483647],
  ['2147483648', undefined],
  ['99999999999', undefined],
  ['0', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['0x10', undefined],
  ['1e3', undefined],
  [' 12', undefined],
  ['', undefined],
  [undefined, undefined],
];
for (const [text, pid] of PIDS) {
  test(`CLAUDE_PID ${JSON.stringify(text)} is ${pid}`, () => {
    const session = sessionOf({ session_id: 'a' }, { CLAUDE_PID: text });
    assert.deepEqual(session, { claudePid: pid, sessionId: 'a' });
    const alone = sessionOf({}, { CLAUDE_PID: text });
    assert.equal(alone?.claudePid, pid);
    assert.equal(alone === undefined, pid === undefined);
  });
}

test('what a daemon would refuse is left out, and the rest is reported', () => {
  const session = sessionOf({ session_id: 'a'.repeat(257) }, { CLAUDE_PID: '5' });
  assert.deepEqual(session, { claudePid: 5, sessionId: undefined });
  const input = {
    transcript_path: '/'.repeat(4097),
    source: 's'.repeat(65),
    reason: '',
    stop_hook_active: 'yes',
    prompt: 5,
  };
  const report = reportOf('user-prompt-submit', { claudePid: 5 }, input);
  assert.deepEqual(JSON.parse(JSON.stringify(report)), {
    claudePid: 5,
    event: 'user-prompt-submit',
  });
});

test('ids: each once, of prompts only, no more than a daemon takes', () => {
  const lines = Array.from({ length: 2500 }, (_, i) => `[msg-${i % 1250}] from ann\n> hi`);
  const prompt = `[cc2cc] many\n${lines.join('\n')}`;
  const { ids } = reportOf('user-prompt-submit', {}, { prompt });
  assert.equal(ids?.length, 1000);
  assert.equal(new Set(ids).size, 1000);
  assert.equal(reportOf('post-tool-use', {}, { prompt }).ids, undefined);
  const pushed = '<channel source="cc2cc" msg_id="msg-7">\n[cc2cc] x\n[msg-8] from y\n</channel>';
  assert.deepEqual(reportOf('user-prompt-submit', {}, { prompt: pushed }).ids, ['msg-7']);
  assert.deepEqual(reportOf('user-prompt-submit', {}, { prompt: 'hello' }).ids, []);
});

test('bytes that are no UTF-8 do not keep the rest from being read', () => {
  const bytes = Buffer.concat([Buffer.from('{"session_id":"a","prompt":"'), Buffer.from([0xff])]);
  const input = parseInput(Buffer.concat([bytes, Buffer.from('"}')]));
  assert.equal(input?.['session_id'], 'a');
});
