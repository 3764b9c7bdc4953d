/** Connections that send too much or read too little: they are cut off, and only they. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { MAX_FRAME_BYTES } from '../../../protocol/limits.js';
import { daemonPid, daemonPids } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { listInbox } from '../../support/files.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import {
  attachPair,
  goodHello,
  RawConnection,
  residentMiB,
  sessionFacts,
  type Pair,
} from './support.js';

const MIB = 1024 * 1024;
const FLOOD_MIB = 100;
/** Far less than what is sent, far more than what a garbage collector leaves lying about. */
const MAX_GROWTH_MIB = 60;
/** 400 sends make Node 24 grow by 55 for a while, whoever reads them; a loaded machine collects later. */
const MAX_GROWTH_BY_SENDS_MIB = 110;
/** The bound of 32 MiB, as strings and as bytes, and what was collected late; without it some 500. */
const MAX_GROWTH_BY_ANSWERS_MIB = 250;

async function scene(t: TestContext): Promise<{ sandbox: Sandbox; pair: Pair; pid: number }> {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const pair = await attachPair(sandbox);
  return { sandbox, pair, pid: daemonPid(sandbox)! };
}

/** Sends as fast as the other side takes it, until all is sent or the connection has ended. */
async function flood({ socket }: RawConnection, mib: number): Promise<number> {
  const chunk = Buffer.alloc(MIB, 'x');
  let sent = 0;
  while (sent < mib && !socket.destroyed) {
    const drained = new Promise<void>((resolve) => {
      socket.once('close', resolve);
      socket.write(chunk, () => {
        resolve();
      });
    });
    await drained;
    sent += 1;
  }
  return sent;
}

/** The highest of many looks at a process's memory, while `work` is done. */
async function growthDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = residentMiB(pid) ?? 0;
  let highest = before;
  const look = setInterval(() => {
    highest = Math.max(highest, residentMiB(pid) ?? 0);
  }, 5);
  try {
    await work();
  } finally {
    clearInterval(look);
  }
  return Math.max(highest, residentMiB(pid) ?? 0) - before;
}

for (const greeted of [undefined, 'control', 'session'] as const) {
  const when = greeted === undefined ? 'without a hello' : `after a good ${greeted} hello`;
  test(`100 MB without a newline ${when} are not taken in`, async (t) => {
    const { sandbox, pair, pid } = await scene(t);
    const connection = await RawConnection.open(sandbox);
    const facts = greeted === 'session' ? sessionFacts('flooder') : undefined;
    if (greeted !== undefined) await connection.greet(goodHello(sandbox, facts));
    let sent = 0;
    const growth = await growthDuring(pid, async () => {
      const flooding = flood(connection, FLOOD_MIB).then((mib) => (sent = mib));
      for (let i = 0; i < 5; i += 1) await pair.exchange(`during the flood ${i}`);
      await flooding;
    });
    const refusal = await connection.refusal();
    assert.equal(refusal.code, 'E_PROTOCOL');
    assert.match(refusal.message!, /line longer than \d+ bytes/);
    assert.ok(sent < FLOOD_MIB, `cut off after ${sent} MiB`);
    assert.ok(growth < MAX_GROWTH_MIB, `the daemon grew by ${Math.round(growth)} MiB`);
    await pair.exchange('after the flood');
    assert.deepEqual(daemonPids(sandbox), [pid]);
    assert.deepEqual([pair.ann.stray, pair.ben.stray], [[], []]);
  });
}

/** Well-formed, and deeper than anything that recurses can go; 0 stands for the deep value. */
function deepCall(args: Record<string, unknown>): string {
  const call = { id: 10, method: 'tools/call', params: { name: 'send', arguments: args } };
  const deep = `:${'['.repeat(50_000)}${']'.repeat(50_000)}`;
  return `${JSON.stringify({ jsonrpc: '2.0', ...call }).replace(':0', deep)}\n`;
}

test('garbage after a good hello harms nobody; a line over the cap ends the connection', async (t) => {
  const { sandbox, pair, pid } = await scene(t);
  const garbage = [
    'no JSON\n',
    '{"jsonrpc":"2.0"\n',
    'null\n[]\n1\n""\n{}\n',
    '{"jsonrpc":"1.0","id":1,"method":"tools/list"}\n',
    '{"jsonrpc":"2.0","id":{"a":1},"method":"tools/list"}\n',
    '{"jsonrpc":"2.0","id":"stolen-0","result":{}}\n',
    '{"jsonrpc":"2.0","method":"cc2cc/attached","params":{"name":"../../etc"}}\n',
    '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"send","arguments":{"to":"../ben","text":"x"}}}\n',
    `${'['.repeat(50_000)}\n`,
    // From Node 26 on any depth can be written, so that a shim hands such a call on.
    ...['text', 'metadata', 'other'].map((key) => deepCall({ to: 'ben', [key]: 0 })),
    Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
  ];
  for (const kind of ['session', 'control'] as const) {
    const connection = await RawConnection.open(sandbox);
    if (kind === 'session') await connection.becomeSession(sandbox, 'babbler');
    else await connection.greet(goodHello(sandbox));
    for (const line of garbage) connection.send(line);
    await pair.exchange(`during the garbage of a ${kind}`);
    assert.equal(connection.closed, false, 'a stray line is no reason to end a session');
    // It has survived, and so has its order: what comes after is answered.
    connection.send({ jsonrpc: '2.0', id: 'last', method: kind === 'session' ? 'ping' : 'status' });
    const { result } = await connection.line(({ id }) => id === 'last', 'answer after the garbage');
    assert.equal(typeof result, 'object');
    await flood(connection, MAX_FRAME_BYTES / MIB + 1);
    assert.equal((await connection.refusal()).code, 'E_PROTOCOL');
    await pair.exchange(`after the ${kind}`);
  }
  assert.deepEqual(daemonPids(sandbox), [pid]);
});

test('a session that never reads: senders are not held up, and it has lost nothing', async (t) => {
  const { sandbox, pair, pid } = await scene(t);
  const deaf = await RawConnection.open(sandbox);
  await deaf.becomeSession(sandbox, 'deaf');
  deaf.socket.pause();
  const text = (i: number): string => `number ${i}; ${'x'.repeat(15_000)}`;
  const ids: string[] = [];
  const growth = await growthDuring(pid, async () => {
    for (let i = 0; i < 400; i += 1) {
      const { text: answer } = await pair.ann.call('send', { to: 'deaf', text: text(i) });
      const id = /^Accepted (msg-[\w-]+)/.exec(answer)?.[1];
      assert.ok(id, answer);
      ids.push(id);
      if (i % 100 === 0) await pair.exchange(`while one is deaf ${i}`);
    }
  });
  assert.ok(growth < MAX_GROWTH_BY_SENDS_MIB, `the daemon grew by ${Math.round(growth)} MiB`);
  assert.deepEqual(listInbox(sandbox, 'deaf'), ids.map((id) => `${id}.json`).sort());
  deaf.socket.resume();
  // It was not cut off: what the lane could not take is there for check_inbox.
  const came = new Set<string>();
  for (let call = 0; ; call += 1) {
    const id = `check-${call}`;
    const params = { name: 'check_inbox', arguments: {} };
    deaf.send({ jsonrpc: '2.0', id, method: 'tools/call', params });
    const line = await deaf.line((one) => one['id'] === id, 'answer to check_inbox');
    const { _meta } = line['result'] as { _meta?: { 'cc2cc/ids': string[] } };
    if (_meta === undefined) break;
    for (const one of _meta['cc2cc/ids']) came.add(one);
  }
  assert.deepEqual([...came].sort(), [...ids].sort());
  const pushed = deaf.lines.filter(({ method }) => method === 'notifications/claude/channel');
  const mib = JSON.stringify(pushed).length / MIB;
  assert.ok(mib < 4, `no more than some buffers was pushed blindly: ${mib} MiB`);
  await until(() => listInbox(sandbox, 'deaf').length === 0, 'empty inbox');
  await pair.exchange('afterwards');
  assert.deepEqual(daemonPids(sandbox), [pid]);
});

test('a command that asks and never reads is cut off before its answers fill the memory', async (t) => {
  const { sandbox, pair, pid } = await scene(t);
  const deaf = await RawConnection.open(sandbox);
  await deaf.greet(goodHello(sandbox));
  deaf.socket.pause();
  const questions = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"status"}\n'.repeat(10_000));
  let sent = 0;
  const growth = await growthDuring(pid, async () => {
    for (; sent < 12 && !deaf.socket.destroyed; sent += 1) {
      await new Promise((resolve) => deaf.socket.write(questions, resolve));
      await pair.exchange(`while one asks ${sent}`);
    }
  });
  assert.ok(deaf.socket.destroyed, `not cut off after ${sent * 10_000} questions`);
  assert.ok(growth < MAX_GROWTH_BY_ANSWERS_MIB, `the daemon grew by ${Math.round(growth)} MiB`);
  assert.deepEqual(daemonPids(sandbox), [pid]);
});
