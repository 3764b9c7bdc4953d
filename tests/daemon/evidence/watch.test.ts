import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { EvidenceWatch } from '../../../daemon/evidence/watch.js';
import type { Session } from '../../../daemon/session.js';

/** A session without any files to look at, which counts the looks. */
function fakeSession(): { session: Session; looks: () => number; unconfirmed: boolean } {
  let looks = 0;
  const fake = {
    unconfirmed: false,
    looks: () => looks,
    session: {
      isWatched: true,
      facts: {},
      agent: {
        mailbox: {
          handedOver: () => (fake.unconfirmed ? [{ at: performance.now(), taken: true }] : []),
          get hasUnconfirmed() {
            looks += 1;
            return fake.unconfirmed;
          },
        },
      },
    } as unknown as Session,
  };
  return fake;
}

test('who is only waited for is looked at every two seconds, and a push hastens that', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const fake = fakeSession();
  const patience = { idleMs: 15_000, turnMs: 3_000 };
  const watch = new EvidenceWatch(() => [fake.session], patience, pino({ level: 'silent' }));
  watch.wake();
  t.mock.timers.tick(250);
  assert.equal(fake.looks(), 1);
  t.mock.timers.tick(1_999);
  assert.equal(fake.looks(), 1);
  t.mock.timers.tick(1);
  assert.equal(fake.looks(), 2);

  fake.unconfirmed = true;
  watch.wake();
  t.mock.timers.tick(100);
  watch.wake(); // does not put it off
  t.mock.timers.tick(150);
  assert.equal(fake.looks(), 3);
  t.mock.timers.tick(250);
  assert.equal(fake.looks(), 4);
  watch.stop();
});
