import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLanes, LaneSet } from '../../../daemon/lanes/lane-set.js';

test('the lanes of a session, by what it was started with and by what it is told', () => {
  const cases: [lanes: string | undefined, channels: string[], messaging: boolean, is: string][] = [
    [undefined, [], false, 'hook tool'],
    [undefined, [], true, 'socket hook tool'],
    [undefined, ['server:cc2cc'], true, 'channel socket hook tool'],
    [undefined, ['plugin:cc2cc@market'], false, 'hook tool'], // that is another server than this
    [undefined, ['server:telegram', 'server:my-cc2cc'], false, 'channel hook tool'],
    [undefined, ['server:telegram'], false, 'hook tool'],
    [undefined, ['plugin:other@cc2cc'], false, 'hook tool'], // a market of that name is not us
    [undefined, ['cc2cc'], false, 'hook tool'],
    ['', ['server:cc2cc'], false, 'channel hook tool'],
    ['tool', ['server:cc2cc'], true, 'tool'],
    ['channel', [], true, 'channel tool'],
    ['socket,channel', [], false, 'socket channel tool'],
    ['tool channel', [], false, 'tool channel'],
    [' nonsense ,\tchannel', [], false, 'channel tool'],
    ['nonsense', ['server:cc2cc'], false, 'channel hook tool'],
    ['CHANNEL', [], false, 'hook tool'],
  ];
  for (const [lanes, channels, messaging, is] of cases) {
    const facts = { channels, messaging, ...(lanes === undefined ? {} : { lanes }) };
    assert.equal(chooseLanes(facts).join(' '), is, JSON.stringify(facts));
  }
});

test('the server of the plugin has the channel that names the plugin', () => {
  const cases: [channels: string[], is: string][] = [
    [['plugin:cc2cc@market'], 'channel hook tool'],
    [['server:cc2cc', 'plugin:my-cc2cc@market'], 'channel hook tool'],
    [['server:cc2cc'], 'hook tool'],
    [['plugin:other@cc2cc'], 'hook tool'],
    [[], 'hook tool'],
  ];
  for (const [channels, is] of cases) {
    const lanes = chooseLanes({ channels, messaging: false, plugin: true });
    assert.equal(lanes.join(' '), is, channels.join(' '));
  }
});

const plain = (): LaneSet => new LaneSet({ channels: ['server:cc2cc'], messaging: true });

test('the best lane is the first that can wake; hooks count once they have reported', () => {
  const lanes = plain();
  assert.equal(lanes.best(false), 'channel');
  lanes.bury('channel', 'test');
  assert.equal(lanes.best(true), 'socket');
  lanes.bury('socket', 'test');
  assert.equal(lanes.best(true), 'hook');
  assert.equal(lanes.best(false), 'tool');
  lanes.bury('tool', 'test');
  assert.equal(lanes.best(false), 'tool'); // there is always that one
  assert.deepEqual(
    lanes.dead.map(({ name }) => name),
    ['channel', 'socket'],
  );
});

test('a lane that never brought anything is given up for one loss, a confirmed one for three', () => {
  const lanes = plain();
  assert.equal(lanes.lose('channel'), true);
  assert.deepEqual(lanes.pushing(), ['socket']);
  lanes.confirm('socket', 'transcript');
  assert.equal(lanes.lose('socket'), false);
  assert.equal(lanes.lose('socket'), false);
  lanes.confirm('socket', 'hook'); // what it brings counts anew
  assert.deepEqual([lanes.lose('socket'), lanes.lose('socket')], [false, false]);
  assert.equal(lanes.lose('socket'), true);
  assert.deepEqual(lanes.pushing(), []);
});

test('a sign that comes late brings a lane back', () => {
  const lanes = plain();
  lanes.lose('channel');
  lanes.confirm('channel', 'transcript');
  assert.deepEqual(lanes.pushing(), ['channel', 'socket']);
  assert.equal(lanes.lastEvidence?.evidence, 'transcript');
});

test('a message goes once over a lane that is not confirmed, three times over one that is', () => {
  const lanes = plain();
  assert.equal(lanes.mayTry('socket', []), true);
  assert.equal(lanes.mayTry('socket', ['channel']), true);
  assert.equal(lanes.mayTry('socket', ['socket']), false);
  lanes.confirm('socket', 'hook');
  assert.equal(lanes.mayTry('socket', ['socket', 'socket']), true);
  assert.equal(lanes.mayTry('socket', ['socket', 'socket', 'socket']), false);
});
