import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Change, Submission } from '../../../mail/tasks/event.js';
import { CHANGE_STATES, isEnd } from '../../../mail/tasks/states.js';
import { nextTask, objectionTo, submittedTask, type Task } from '../../../mail/tasks/task.js';
import { AT } from './support/scene.js';

const NAMES = ['ann', 'ben', 'cleo', 'dave'] as const;

const change = fc.record({
  state: fc.constantFrom(...CHANGE_STATES),
  as: fc.constantFrom(...NAMES),
  text: fc.option(fc.string(), { nil: undefined }),
});

const candidates = fc.uniqueArray(fc.constantFrom('ben', 'cleo', 'dave'), {
  minLength: 1,
  maxLength: 3,
});

function begin(names: string[]): Task {
  const submission: Submission = {
    seq: 1,
    state: 'submitted',
    by: 'ann',
    at: AT,
    title: 'Mend it',
    requester: 'ann',
    candidates: names,
    priority: 'normal',
    messages: {},
  };
  return submittedTask('task-1', submission);
}

test('whatever is tried: one assignee at most, nothing after an end, each by who may', () => {
  fc.assert(
    fc.property(candidates, fc.array(change, { maxLength: 20 }), (names, changes) => {
      let task = begin(names);
      for (const [nth, { text, ...rest }] of changes.entries()) {
        const event: Change = {
          seq: nth + 2,
          by: rest.as,
          at: AT,
          ...rest,
          ...(text === undefined ? {} : { text }),
        };
        const after = nextTask(task, event);
        assert.equal(after === undefined, objectionTo(task, event.as, event.state) !== undefined);
        if (after === undefined) continue;
        assert.ok(!isEnd(task.state), 'nothing after an end');
        if (event.state === 'cancelled') assert.equal(event.as, 'ann');
        else assert.ok(names.some((name) => name === event.as));
        if (task.assignee !== null) assert.equal(after.assignee, task.assignee);
        assert.equal(after.endedAt !== null, isEnd(after.state));
        assert.equal(after.history.length, task.history.length + 1);
        assert.notEqual(after.state, 'submitted');
        task = after;
      }
    }),
  );
});

test('what the rules say', () => {
  const many = begin(['ben', 'cleo']);
  const one = begin(['ben']);
  assert.deepEqual([many.assignee, one.assignee, one.state], [null, 'ben', 'submitted']);
  const step = (task: Task, as: string, state: Change['state']): Task =>
    nextTask(task, { seq: 2, by: as, as, at: AT, state })!;
  const taken = step(many, 'cleo', 'working');
  assert.deepEqual([taken.assignee, taken.state], ['cleo', 'working']);
  const cases: [Task, string, Change['state'], string | undefined][] = [
    [many, 'ann', 'accepted', 'not a candidate'],
    [many, 'eve', 'completed', 'not a candidate'],
    [many, 'ben', 'completed', undefined],
    [many, 'ben', 'cancelled', 'not the requester'],
    [taken, 'ben', 'accepted', 'taken'],
    [taken, 'ben', 'failed', 'taken'],
    [taken, 'cleo', 'accepted', 'accepted'],
    [taken, 'cleo', 'working', undefined],
    [taken, 'ann', 'cancelled', undefined],
    [step(taken, 'cleo', 'completed'), 'cleo', 'working', 'ended'],
    [step(taken, 'ann', 'cancelled'), 'cleo', 'completed', 'ended'],
    [step(taken, 'cleo', 'failed'), 'ann', 'cancelled', 'ended'],
  ];
  for (const [task, as, state, objection] of cases) {
    assert.equal(objectionTo(task, as, state), objection, `${task.state} ${as} ${state}`);
  }
});
