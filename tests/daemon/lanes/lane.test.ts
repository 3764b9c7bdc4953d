import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLane } from '../../../daemon/lanes/lane.js';

test('the lane of a session', () => {
  const cases: [lanes: string | undefined, channels: string[], lane: string][] = [
    [undefined, [], 'tool'],
    [undefined, ['server:cc2cc'], 'channel'],
    [undefined, ['plugin:cc2cc@market'], 'channel'],
    [undefined, ['server:telegram', 'server:my-cc2cc'], 'channel'],
    [undefined, ['server:telegram'], 'tool'],
    [undefined, ['plugin:other@cc2cc'], 'tool'], // a market of that name is not us
    [undefined, ['cc2cc'], 'tool'],
    ['', ['server:cc2cc'], 'channel'],
    ['tool', ['server:cc2cc'], 'tool'],
    ['channel', [], 'channel'],
    ['channel,tool', [], 'channel'],
    ['tool channel', [], 'tool'],
    [' nonsense ,\tchannel', [], 'channel'],
    ['nonsense', ['server:cc2cc'], 'channel'],
    ['nonsense', [], 'tool'],
    ['CHANNEL', [], 'tool'],
  ];
  for (const [lanes, channels, lane] of cases) {
    const facts = { channels, ...(lanes === undefined ? {} : { lanes }) };
    assert.equal(chooseLane(facts), lane, JSON.stringify(facts));
  }
});
