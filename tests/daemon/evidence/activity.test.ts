import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Activity, isOverdue } from '../../../daemon/evidence/activity.js';

const PATIENCE = { idleMs: 15_000, turnMs: 3_000 };
const overdue = (activity: Activity, pushedAt: number, now: number): boolean =>
  isOverdue(pushedAt, activity, PATIENCE, now);

test('nobody knows what it does: fifteen seconds', () => {
  const activity = new Activity();
  assert.equal(overdue(activity, 0, 14_999), false);
  assert.equal(overdue(activity, 0, 15_000), true);
});

test('a busy session is waited for until its turn has ended', () => {
  const activity = new Activity();
  activity.reported('busy', 0);
  assert.equal(overdue(activity, 10, 3_600_000), false);
  activity.reported('idle', 3_600_000);
  assert.equal(overdue(activity, 10, 3_602_999), false);
  assert.equal(overdue(activity, 10, 3_603_000), true);
  // Also when the next turn has begun.
  activity.reported('busy', 3_601_000);
  assert.equal(overdue(activity, 10, 3_603_000), true);
  assert.equal(overdue(activity, 3_601_500, 3_700_000), false);
});

test('a turn that ended before the push says nothing of it, also when that is noticed later', () => {
  const activity = new Activity();
  const now = performance.now();
  activity.reported('busy', now - 10_000);
  // The file is looked at five seconds after the client wrote it; the push was in between.
  activity.read({ sessionId: undefined, busy: false, since: Date.now() - 5_000 }, now);
  const pushed = now - 3_000;
  assert.equal(overdue(activity, pushed, now + 5_000), false);
  assert.equal(overdue(activity, pushed, pushed + 15_000), true);
});

test('every listener hears of a change, and of nothing else', () => {
  const activity = new Activity();
  const heard: string[] = [];
  activity.onChange((state) => heard.push(`one ${state}`));
  activity.onChange((state) => heard.push(`two ${state}`));
  activity.read(undefined);
  activity.read({ sessionId: 'x', busy: undefined, since: undefined });
  activity.reported('busy');
  activity.reported('busy');
  assert.deepEqual(heard, ['one busy', 'two busy']);
});
