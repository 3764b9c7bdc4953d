/** Which two connections are of one client that starts us twice, and which of them is the agent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areTwins, comesFirst } from '../../daemon/twins.js';
import type { SessionFacts } from '../../protocol/hello.js';

function facts(plugin: boolean, ppid = 1, channels: string[] = []): SessionFacts {
  return { ppid, channels, ...(plugin ? { plugin } : {}) } as unknown as SessionFacts;
}

test('twins are a registered server and the plugin’s of one process', () => {
  assert.ok(areTwins(facts(true), facts(false)));
  assert.ok(areTwins(facts(false), facts(true)));
  assert.ok(!areTwins(facts(true), facts(true)));
  assert.ok(!areTwins(facts(false), facts(false)));
  assert.ok(!areTwins(facts(true), facts(false, 2)));
});

const CASES: [channels: string[], plugin: boolean][] = [
  [[], false],
  [['server:cc2cc'], false],
  [['plugin:cc2cc@cc2cc'], true],
  [['plugin:cc2cc@cc2cc', 'server:cc2cc'], false],
  [['plugin:other@cc2cc'], false],
  [['plugin:cc2cc'], false], // no marketplace: the client takes it for none
];
for (const [channels, plugin] of CASES) {
  test(`with the channels ${channels.join(' ') || 'none'} it is the ${plugin ? 'plugin' : 'registered one'}`, () => {
    const [ours, other] = [facts(true, 1, channels), facts(false, 1, channels)];
    assert.equal(comesFirst(ours, other), plugin);
    assert.equal(comesFirst(other, ours), !plugin);
  });
}
