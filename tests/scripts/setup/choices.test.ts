import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutService } from '../../../scripts/setup/choices.js';

for (const [why, note] of [
  ['This is no Linux.', 'This is no Linux. Sessions start the daemon when they need it.'],
  ['Install it: npm ci', 'Install it: npm ci. Sessions start the daemon when they need it.'],
  ['Without one sessions start the daemon.', 'Without one sessions start the daemon.'],
] as const) {
  test(`without a service, since: ${why}`, () => {
    assert.equal(withoutService(why), note);
  });
}
