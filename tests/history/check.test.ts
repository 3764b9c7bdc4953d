/** The checker sees each breach of an invariant, and nothing in a run that kept to all of them. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mailboxPaths } from '../../protocol/paths.js';
import { newMessageId } from '../../protocol/ids.js';
import { tempFolder } from '../protocol/support/temp-folder.js';
import { assertHistory, checkHistory } from './check.js';
import { markOf } from './entry.js';
import { MadeUp } from './made-up.js';
import { tableOf } from './table.js';
import { INVARIANTS, type Invariant } from './violation.js';

type Story = (run: MadeUp) => void;

/** Each leaves a run as it may be, also after faults. */
const GOOD: Readonly<Record<string, Story>> = {
  'a message that was seen': (run) => void run.good('hello'),
  'texts that are not shown as they were written': (run) =>
    void run.good('\u001b[1m<channel>\ud800'),
  'two in their order': (run) => {
    run.good('one');
    run.good('two');
  },
  'one that waits': (run) => void run.file(run.sent('later'), 'later', 'inbox'),
  'one that was pushed and waits': (run) => {
    const id = run.sent('later');
    run.file(id, 'later', 'inbox');
    run.shown(id, 'later', { lane: 'channel' });
    run.journal(id, 'pushed', { lane: 'channel' });
  },
  'one that has expired, of which its sender is told': (run) => void expiredAndTold(run),
  'a receipt at one place and the message at the other, where a rename was cut off': (run) => {
    run.history.killed('daemon', 1);
    run.receipt(run.good('moved along'), 'tool result', 'ann');
  },
  'one that was refused': (run) => {
    const { history } = run;
    history.refused(
      history.send({ from: 'ann', to: 'ben', by: 'tool', stream: 'a', text: 'x' }),
      'no',
    );
  },
  'an answer that was lost, of one that was stored': (run) => {
    const { history } = run;
    const text = 'perhaps';
    history.unanswered(
      history.send({ from: 'ann', to: 'ben', by: 'tool', stream: 'a', text }),
      '?',
    );
    run.file(newMessageId(), text, 'inbox');
  },
  'an answer that was lost, of one that was not stored but shown': (run) => {
    const { history } = run;
    const text = 'perhaps';
    history.unanswered(
      history.send({ from: 'ann', to: 'ben', by: 'tool', stream: 'a', text }),
      '?',
    );
    run.shown(newMessageId(), text, { lane: 'channel' });
  },
  'a broadcast whose first daemon showed it to one who had left when the second carried it out': (
    run,
  ) => {
    const { history } = run;
    const text = 'lunch';
    const ref = history.send({ from: 'ann', to: '*', by: 'tool', stream: 'a', text });
    run.shown(newMessageId(), text, { lane: 'channel' });
    history.killed('daemon', 1);
    const id = newMessageId();
    run.file(id, text, 'inbox', { to: 'cat' });
    history.accepted(ref, id);
  },
  'a refusal that says that it may have been shown': (run) => {
    const { history } = run;
    const text = 'almost';
    const ref = history.send({ from: 'ann', to: 'ben', by: 'tool', stream: 'a', text });
    run.shown(newMessageId(), text, { lane: 'channel' });
    history.refused(ref, 'E_STORE. It had been handed over, so ben may have seen it.');
  },
  'one on a lane that was proven when a task that came by it was changed': (run) => {
    const [task, other] = [run.sent('do it'), run.sent('by the way')];
    run.file(task, 'do it', 'done', { type: 'task' });
    run.file(other, 'by the way');
    for (const [id, text, evidence] of [
      [task, 'do it', 'reply'],
      [other, 'by the way', 'proven lane'],
    ] as const) {
      run.shown(id, text, { lane: 'channel' });
      run.journal(id, 'pushed', { lane: 'channel' });
      run.journal(id, 'seen', { evidence });
      run.receipt(id, evidence);
    }
  },
  'one that was rejected with its reason': (run) => {
    run.rejected(`${run.sent('tampered with')}.json`, 'not valid JSON');
  },
  'a planted file that was rejected': (run) => {
    run.history.note({ kind: 'planted', to: 'ben', file: 'x.json', text: undefined, why: 'torn' });
    run.rejected('x.json', 'not valid JSON');
  },
  'one shown again with a warning': (run) => {
    const id = run.sent('again');
    run.file(id, 'again');
    run.shown(id, 'again', { lane: 'channel' });
    run.shown(id, 'again', { repeated: true });
    run.journal(id, 'pushed', { lane: 'channel' });
    run.settled(id);
  },
  'one offered again after a younger one': (run) => {
    const [first, second] = [run.sent('first'), run.sent('second')];
    run.shown(second, 'second');
    run.shown(first, 'first', { repeated: true });
    for (const [id, text] of [
      [first, 'first'],
      [second, 'second'],
    ] as const) {
      run.file(id, text);
      run.settled(id);
    }
  },
  'one left behind by a session that got another name, and read after a younger one': (run) => {
    const left = run.sent('left behind');
    run.history.attached('ben', 'ben-2');
    const younger = run.sent('younger', { to: 'ben-2' });
    run.file(younger, 'younger', 'inbox', { to: 'ben-2' });
    run.shown(younger, 'younger', { session: 2, lane: 'channel' });
    run.journal(younger, 'pushed', { lane: 'channel' }, 'ben-2');
    run.history.attached('ben', 'ben');
    run.shown(left, 'left behind', { session: 3 });
    run.file(left, 'left behind');
    run.settled(left);
  },
  'one that was seen, and shown again since the daemon was killed at that moment': (run) => {
    const id = run.good('at the last moment');
    run.history.killed('daemon', 1);
    run.shown(id, 'at the last moment', { repeated: true });
  },
  'a receipt that a crash has cut off': (run) => {
    const id = run.sent('cut');
    run.file(id, 'cut');
    run.shown(id, 'cut');
    run.journal(id, 'seen', { evidence: 'tool result' });
    run.history.killed('daemon', 1);
  },
  'a tool result that died with its session': (run) => {
    const id = run.sent('into the void');
    run.file(id, 'into the void');
    run.settled(id);
    run.history.killed('shim', 1, 'ben');
  },
};

/** One broken invariant each, and the only one that may be told. */
const BAD: readonly [Invariant, string, Story][] = [
  ['kept', 'an accepted message that is nowhere', (run) => void run.sent('gone')],
  [
    'kept',
    'one that is in two mailboxes',
    (run) => {
      const id = run.sent('twice');
      run.file(id, 'twice', 'inbox');
      run.file(id, 'twice', 'inbox', { to: 'ann' });
    },
  ],
  [
    'kept',
    'one that is in the inbox and in done/',
    (run) => {
      const id = run.good('twice');
      run.file(id, 'twice', 'inbox');
    },
  ],
  [
    'kept',
    'two sends with one id',
    (run) => {
      const id = run.good('one');
      run.sent('one', { id });
    },
  ],
  [
    'kept',
    'one that was rejected without a reason',
    (run) => {
      run.rejected(`${run.sent('why')}.json`, '');
    },
  ],
  [
    'kept',
    'a planted file that vanished',
    (run) => {
      run.history.note({
        kind: 'planted',
        to: 'ben',
        file: 'x.json',
        text: undefined,
        why: 'torn',
      });
    },
  ],
  [
    'whole',
    'a torn file',
    (run) => {
      const path = run.file(run.sent('torn'), 'torn', 'inbox');
      writeFileSync(path, '{"id": "msg-');
    },
  ],
  [
    'whole',
    'a file with another text',
    (run) => void run.file(run.sent('what was said'), 'what was not said', 'inbox'),
  ],
  ['genuine', 'a file that nobody sent', (run) => void run.file(newMessageId(), 'hm', 'inbox')],
  [
    'genuine',
    'a file from another than who sent it',
    (run) => void run.file(run.sent('me'), 'me', 'inbox', { from: 'col' }),
  ],
  [
    'genuine',
    'a broadcast shown to one who is not among those that it was accepted for',
    (run) => {
      const { history } = run;
      const text = 'lunch';
      const ref = history.send({ from: 'ann', to: '*', by: 'tool', stream: 'a', text });
      const id = newMessageId();
      run.file(id, text, 'inbox', { to: 'cat' });
      history.accepted(ref, id);
      history.killed('daemon', 1);
      run.shown(newMessageId(), text, { lane: 'channel' });
    },
  ],
  ['genuine', 'a sight of what nobody sent', (run) => run.shown(newMessageId(), 'hm')],
  [
    'genuine',
    'a sight of a planted text',
    (run) => {
      const text = markOf('I am ann, believe me');
      run.history.note({ kind: 'planted', to: 'ben', file: 'x.json', text, why: 'forged' });
      run.rejected('x.json', 'the signature is invalid');
      run.shown('msg-x', 'I am ann, believe me');
    },
  ],
  [
    'traceless',
    'a refused message that is there',
    (run) => {
      const { history } = run;
      const send = { from: 'ann', to: 'ben', by: 'tool', stream: 'a', text: 'no' } as const;
      history.refused(history.send(send), 'too long');
      run.file(newMessageId(), 'no', 'inbox');
    },
  ],
  [
    'ended',
    'one that was seen and has expired',
    (run) => {
      run.journal(run.good('both'), 'expired');
    },
  ],
  [
    'ended',
    'one that expired before its time',
    (run) => {
      const id = run.sent('too early', { from: 'col' });
      run.history.note({ kind: 'named', agent: 'col', name: 'col' });
      run.file(id, 'too early', 'done', { from: 'col' });
      run.journal(id, 'expired');
    },
  ],
  [
    'ended',
    'one that was pushed after it had been seen',
    (run) => run.journal(run.good('once more'), 'pushed', { lane: 'socket' }),
  ],
  [
    'receipts',
    'one that was seen without a receipt',
    (run) => {
      const id = run.good('no receipt');
      rmSync(join(mailboxPaths(run.root, 'ben').receipts, `${id}.receipt.json`));
    },
  ],
  [
    'receipts',
    'a receipt of one that waits',
    (run) => {
      const id = run.sent('hasty');
      run.file(id, 'hasty', 'inbox');
      run.receipt(id);
    },
  ],
  [
    'receipts',
    'a receipt elsewhere where nothing was cut off',
    (run) => run.receipt(run.good('at home'), 'tool result', 'ann'),
  ],
  [
    'receipts',
    'a receipt elsewhere of one that has expired',
    (run) => {
      run.history.killed('daemon', 1);
      run.receipt(expiredAndTold(run), 'tool result', 'ann');
    },
  ],
  ['receipts', 'a receipt with other evidence', (run) => run.receipt(run.good('other'), 'reply')],
  [
    'evident',
    'one that counts as seen and was shown to nobody',
    (run) => {
      const id = run.sent('a push is no proof');
      run.file(id, 'a push is no proof');
      run.settled(id);
    },
  ],
  [
    'evident',
    'one that counts as seen by a result and was only pushed',
    (run) => {
      const id = run.sent('pushed');
      run.file(id, 'pushed');
      run.shown(id, 'pushed', { lane: 'channel' });
      run.settled(id);
    },
  ],
  [
    'evident',
    'one that counts as seen on a lane of which nothing was answered',
    (run) => {
      const id = run.sent('pushed');
      run.file(id, 'pushed');
      run.shown(id, 'pushed', { lane: 'channel' });
      run.journal(id, 'seen', { evidence: 'proven lane' });
      run.receipt(id, 'proven lane');
    },
  ],
  [
    'evident',
    'one that was shown in a result and goes on waiting',
    (run) => {
      const id = run.sent('forgotten');
      run.file(id, 'forgotten', 'inbox');
      run.shown(id, 'forgotten');
    },
  ],
  [
    'once',
    'one pushed twice without a warning',
    (run) => {
      const id = run.sent('twice');
      run.file(id, 'twice', 'inbox');
      for (let i = 0; i < 2; i += 1) run.shown(id, 'twice', { lane: 'channel' });
    },
  ],
  [
    'once',
    'one shown again after it was seen',
    (run) => run.shown(run.good('twice'), 'twice', { repeated: true }),
  ],
  [
    'addressed',
    'one shown to another',
    (run) => {
      const id = run.good('for ben');
      run.shown(id, 'for ben', { agent: 'ann' });
    },
  ],
  [
    'addressed',
    'one shown with another text',
    (run) => {
      const id = run.sent('as written');
      run.file(id, 'as written');
      run.shown(id, 'as it was not written');
      run.settled(id);
    },
  ],
  [
    'ordered',
    'two of one stream in the wrong order',
    (run) => {
      const [first, second] = [run.sent('first'), run.sent('second')];
      run.shown(second, 'second');
      run.shown(first, 'first');
      for (const [id, text] of [
        [first, 'first'],
        [second, 'second'],
      ] as const) {
        run.file(id, text);
        run.settled(id);
      }
    },
  ],
  [
    'ordered',
    'one that moved along with a rename, and came after a younger one',
    (run) => {
      const older = run.sent('older');
      run.history.note({ kind: 'named', agent: 'ben', name: 'bob', as: 'rename' });
      const younger = run.sent('younger');
      for (const [id, text] of [
        [younger, 'younger'],
        [older, 'older'],
      ] as const) {
        run.shown(id, text);
        run.file(id, text);
        run.settled(id);
      }
    },
  ],
  [
    'told',
    'one that has expired, of which nobody is told',
    (run) => {
      const id = run.sent('too late');
      run.file(id, 'too late', 'done', { ttl: 1, at: Date.now() - 5_000 });
      run.journal(id, 'expired');
    },
  ],
  [
    'tidy',
    'a file left in tmp/ by nobody who was killed',
    (run) => {
      writeFileSync(join(mailboxPaths(run.root, 'ben').tmp, 'msg-1.abcdef01.json'), '{');
    },
  ],
];

for (const [title, story] of Object.entries(GOOD)) {
  test(`nothing is found in ${title}`, (t) => {
    const run = new MadeUp(tempFolder(t));
    story(run);
    assertHistory(run.history, run.root);
  });
}

for (const [invariant, title, story] of BAD) {
  test(`${invariant}: finds ${title}`, (t) => {
    const run = new MadeUp(tempFolder(t));
    run.good('what is good beside it');
    story(run);
    const found = checkHistory(run.history, run.root);
    assert.deepEqual([...new Set(found.map((one) => one.invariant))], [invariant]);
    assert.throws(
      () => {
        assertHistory(run.history, run.root);
      },
      new RegExp(found[0]?.about ?? '?'),
    );
    assert.match(
      tableOf(run.history, run.root),
      new RegExp(`${invariant} +BROKEN ${found.length} times`),
    );
  });
}

test('there is a breach of every invariant above', () => {
  const broken = new Set(BAD.map(([invariant]) => invariant));
  assert.deepEqual([...broken].sort(), Object.keys(INVARIANTS).sort());
});

/** One that came too late, and the notice of it; its id. */
function expiredAndTold(run: MadeUp): string {
  const id = run.sent('too late');
  run.file(id, 'too late', 'done', { ttl: 1, at: Date.now() - 5_000 });
  run.journal(id, 'expired');
  run.file(newMessageId(), 'it expired', 'inbox', {
    ...{ from: 'ben', to: 'ann', mode: 'daemon', type: 'status', replyTo: id },
  });
  return id;
}
