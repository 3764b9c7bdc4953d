/** The files of an inbox that were not read yet, against a list that is sorted anew each time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { v4 } from 'uuid';
import { Backlog } from '../../daemon/backlog.js';
import { derivedMessageId, timeOfId } from '../../protocol/ids.js';
import { tryOut } from '../support/fuzz.js';

const ours = fc
  .tuple(fc.nat(3), fc.nat(3), fc.nat(3))
  .map(([ms, running, part]) => derivedMessageId([1_700_000_000_000 + ms, running], String(part)));
const name = fc.oneof(
  { weight: 4, arbitrary: ours.map((id) => `${id}.json`) },
  fc.constantFrom('note.json', 'msg-by-hand.json', 'msg-0.txt', '.json', `msg-${v4()}.json`),
);
const step = fc.oneof(
  fc.record({ what: fc.constant('add' as const), names: fc.uniqueArray(name, { maxLength: 12 }) }),
  fc.record({ what: fc.constant('take' as const), most: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ what: fc.constant('withdraw' as const), name }),
  fc.record({ what: fc.constant('clear' as const) }),
);

const timeOf = (file: string): number => timeOfId(file.slice(0, -'.json'.length)) ?? -Infinity;

test('names come in the order in which their messages were sent, those that tell nothing first', (t) => {
  tryOut(
    t,
    500,
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const backlog = new Backlog();
      const model = new Set<string>();
      for (const one of steps) {
        if (one.what === 'add') {
          backlog.add(one.names);
          for (const file of one.names) model.add(file);
        } else if (one.what === 'withdraw') {
          assert.equal(backlog.withdraw(one.name), model.delete(one.name));
        } else if (one.what === 'clear') {
          backlog.clear();
          model.clear();
        } else {
          const taken: string[] = [];
          for (const file of backlog.drain()) {
            taken.push(file);
            if (taken.length === one.most) break;
          }
          assert.equal(taken.length, Math.min(one.most, model.size));
          for (const file of taken) {
            assert.ok(model.delete(file), 'each comes once');
            for (const other of model) {
              const isLater = timeOf(other) - timeOf(file) || (file < other ? 1 : -1);
              assert.ok(timeOf(file) === -Infinity || isLater > 0, `${file} before ${other}`);
            }
          }
        }
        assert.equal(backlog.size, model.size);
        for (const file of model) assert.ok(backlog.has(file));
        // Nothing that is still to be read belongs before the place from which on it begins.
        const { begins } = backlog;
        assert.equal(begins === undefined, model.size === 0);
        for (const file of model) assert.ok(timeOf(file) >= begins!.sentAt);
      }
    }),
  );
});
