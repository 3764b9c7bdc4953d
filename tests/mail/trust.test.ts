import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeCard } from '../../mail/card.js';
import { deliverMessage } from '../../mail/deliver.js';
import { parseTrust, readTrust, trustOf } from '../../mail/trust.js';
import { editTrust, listsOf } from '../../mail/trust-edit.js';
import { standingOf, type NewSenders, type Standing } from '../../mail/standing.js';
import { createMessage, encodeMessage } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';
import { makeFolder } from '../../protocol/make-folder.js';
import { mailboxPaths, rootPaths } from '../../protocol/paths.js';
import { tempFolder } from '../protocol/support/temp-folder.js';

const ACQUAINTANCE = {
  currentName: (name: string) => (name === 'old-ann' ? 'ann' : name === 'old-ben' ? 'ben' : name),
  hasWritten: (to: string, from: string, id: string) => `${to} ${from} ${id}` === 'ben ann msg-b',
  renamed: () => undefined,
};

const lists = (agents: object): ReturnType<typeof trustOf> =>
  trustOf(parseTrust(Buffer.from(JSON.stringify({ version: 1, agents }))));

/** What becomes of a message from ann to ben. */
function judge(
  agents: object | 'none' | 'broken',
  newSenders: NewSenders,
  more: { from?: string; isNotice?: boolean; answers?: string } = {},
): Standing['kind'] {
  const trust = typeof agents === 'string' ? agents : lists(agents);
  const subject = { id: 'msg-1', from: 'ann', isNotice: false, answers: undefined, ...more };
  return standingOf(trust, newSenders, ACQUAINTANCE, subject, 'ben').kind;
}

const CASES: [string, ...Parameters<typeof judge>, Standing['kind']][] = [
  ['nothing said', 'none', 'accept', {}, 'passed'],
  ['nothing said', 'none', 'hold', {}, 'held'],
  ['nothing said', 'none', 'refuse', {}, 'refused'],
  ['on the list', { ben: { allow: ['ann'] } }, 'hold', {}, 'passed'],
  ['on the list', { ben: { allow: ['ann'] } }, 'refuse', {}, 'passed'],
  ['on the list of another', { cat: { allow: ['ann'] } }, 'hold', {}, 'held'],
  ['on the list of all', { '*': { allow: ['ann'] } }, 'hold', {}, 'passed'],
  ['blocked', { ben: { block: ['ann'] } }, 'accept', {}, 'blocked'],
  ['blocked for another', { cat: { block: ['ann'] } }, 'accept', {}, 'passed'],
  ['blocked for all', { '*': { block: ['ann'] } }, 'accept', {}, 'blocked'],
  ['both', { ben: { allow: ['ann'], block: ['ann'] } }, 'accept', {}, 'blocked'],
  ['one before all', { ben: { allow: ['ann'] }, '*': { block: ['ann'] } }, 'hold', {}, 'passed'],
  ['one before all', { ben: { block: ['ann'] }, '*': { allow: ['ann'] } }, 'hold', {}, 'blocked'],
  ['a former name of the sender', { ben: { block: ['old-ann'] } }, 'accept', {}, 'blocked'],
  ['under its former name', { ben: { block: ['ann'] } }, 'accept', { from: 'old-ann' }, 'blocked'],
  ['a former name of the recipient', { 'old-ben': { block: ['ann'] } }, 'accept', {}, 'blocked'],
  ['this one message', { ben: { messages: ['msg-1'] } }, 'hold', {}, 'passed'],
  ['another message', { ben: { messages: ['msg-2'] } }, 'hold', {}, 'held'],
  ['blocked since', { ben: { messages: ['msg-1'], block: ['ann'] } }, 'hold', {}, 'blocked'],
  ['an answer', {}, 'hold', { answers: 'msg-b' }, 'passed'],
  ['an answer', {}, 'refuse', { answers: 'msg-b' }, 'passed'],
  ['an answer to another', {}, 'hold', { answers: 'msg-c' }, 'held'],
  ['an answer of another', {}, 'hold', { answers: 'msg-b', from: 'cat' }, 'held'],
  [
    'an answer of who is blocked',
    { ben: { block: ['ann'] } },
    'hold',
    { answers: 'msg-b' },
    'blocked',
  ],
  ['a notice', { ben: { block: ['ann'] } }, 'refuse', { isNotice: true }, 'passed'],
  ['a broken file', 'broken', 'accept', {}, 'held'],
  ['a broken file', 'broken', 'refuse', {}, 'held'],
  ['a broken file', 'broken', 'accept', { isNotice: true }, 'passed'],
];
for (const [what, agents, newSenders, more, wanted] of CASES) {
  test(`${what}, ${newSenders}: ${wanted}`, () => {
    assert.equal(judge(agents, newSenders, more), wanted);
  });
}

const BAD: [string, RegExp][] = [
  ['', /not valid JSON/],
  ['[]', /is not a JSON object/],
  ['{"version": 2}', /version: must be 1/],
  ['{}', /version: must be 1/],
  ['{"version": 1, "agent": {}}', /unknown key "agent"/],
  ['{"version": 1, "agents": {"ben": {"alow": []}}}', /agents\.ben: unknown key "alow"/],
  ['{"version": 1, "agents": {"ben": {"allow": "ann"}}}', /agents\.ben\.allow: must be an array/],
  [
    '{"version": 1, "agents": {"ben": {"block": ["../x"]}}}',
    /agents\.ben\.block\.0: is no agent name/,
  ],
  ['{"version": 1, "agents": {"Ben": {}}}', /agents\.Ben: is no agent name/],
  ['{"version": 1, "agents": {"ben": {"messages": ["x"]}}}', /messages\.0: is no message id/],
];
for (const [text, wanted] of BAD) {
  test(`a file that is not good: ${text}`, (t) => {
    const { trust } = rootPaths(tempFolder(t));
    writeFileSync(trust, text);
    const found = readTrust(trust);
    assert.match(found.kind === 'bad' ? found.problem : '', wanted);
  });
}

test('of many changes at once none is lost, by several processes', async (t) => {
  const root = tempFolder(t);
  const locks = join(root, 'locks');
  const module = new URL('../../mail/trust-edit.js', import.meta.url).href;
  const run = (n: number): Promise<void> => {
    const script = `const { editTrust, listsOf } = await import(${JSON.stringify(module)});
      for (let i = 0; i < 5; i += 1) await editTrust(${JSON.stringify(root)}, ${JSON.stringify(locks)},
        (document) => { listsOf(document, 'ben').allow.push('p${n}-' + i); });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: 'inherit',
    });
    return new Promise((resolve, reject) => {
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit ${code}`))));
    });
  };
  await Promise.all([1, 2, 3].map(run));
  const { agents } = JSON.parse(readFileSync(rootPaths(root).trust, 'utf8')) as {
    agents: { ben: { allow: string[] } };
  };
  assert.equal(new Set(agents.ben.allow).size, 15);
});

test('a file that is not good is not replaced, and what means nothing any more goes', async (t) => {
  const root = tempFolder(t);
  const locks = join(root, 'locks');
  const document = await editTrust(root, locks, (draft) => {
    listsOf(draft, 'ben').messages.push('msg-gone');
    listsOf(draft, 'cat').allow.push('ann');
  });
  assert.deepEqual(Object.keys(document.agents), ['cat']);
  writeFileSync(rootPaths(root).trust, '{');
  await assert.rejects(
    editTrust(root, locks, () => undefined),
    /It was not changed/,
  );
  assert.equal(readFileSync(rootPaths(root).trust, 'utf8'), '{');
});

test('an agent may be called as what every object has', async (t) => {
  const root = tempFolder(t);
  const { agents } = await editTrust(root, join(root, 'locks'), (draft) => {
    listsOf(draft, 'constructor').allow.push('valueof');
  });
  assert.deepEqual(agents['constructor'], { allow: ['valueof'], block: [], messages: [] });
});

test('a message that was let through stays so when its agent takes another name', async (t) => {
  const root = tempFolder(t);
  const id = newMessageId();
  const message = createMessage({ id, from: 'ann', to: 'amy', text: '' });
  makeFolder(rootPaths(root).agents);
  writeCard(root, { name: 'ben', host: 'here', renamed_to: 'amy' });
  await deliverMessage(mailboxPaths(root, 'amy'), id, encodeMessage(message));
  const { agents } = await editTrust(root, join(root, 'locks'), (draft) => {
    listsOf(draft, 'ben').messages.push(id);
  });
  assert.deepEqual(agents['ben']?.messages, [id]);
});
