import assert from 'node:assert/strict';
import { claudeTest } from './support/world.js';
import { useTool } from './support/answer.js';

claudeTest('what one model sends, the other model is given', async ({ start }) => {
  const ann = await start('ann');
  const ben = await start('ben', { env: { CC2CC_LANES: 'tool' } });
  const sent = await ann.call('send', { to: 'ben', text: 'the word is otter' });
  assert.match(sent.text, /^Accepted msg-/);
  const { text } = await ben.call('check_inbox');
  assert.match(text, /from ann[^]*the word is otter/);
});

claudeTest(
  'claude -p can send, and becomes an agent with that call',
  async ({ start, run, model }) => {
    const ben = await start('ben');
    model('ann').when(/^tell ben$/m, useTool('send', { to: 'ben', text: 'from a script' }));
    model('ann').when(/Accepted msg-/, 'it is on its way');
    const { code, stdout, stderr } = await run('ann', [
      '-p',
      'tell ben',
      '--allowedTools',
      'mcp__cc2cc__send',
    ]);
    assert.deepEqual([code, stdout.trim(), stderr], [0, 'it is on its way', '']);
    await ben.model.given(/from ann[^]*^> from a script$/m);
  },
);
