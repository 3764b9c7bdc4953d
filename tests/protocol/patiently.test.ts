import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patiently } from '../../protocol/patiently.js';

function failing(times: number, code: string): { step: () => string; calls: () => number } {
  let calls = 0;
  return {
    step: () => {
      calls += 1;
      if (calls <= times) throw Object.assign(new Error(code), { code });
      return 'done';
    },
    calls: () => calls,
  };
}

describe('a file that others may have open', () => {
  for (const code of ['EPERM', 'EACCES', 'EBUSY']) {
    it(`is tried again on Windows after ${code}`, () => {
      const { step } = failing(3, code);
      assert.equal(patiently(step, 'win32'), 'done');
    });
  }

  it('is given up in the end', () => {
    const { step } = failing(Infinity, 'EPERM');
    assert.throws(() => patiently(step, 'win32'), { code: 'EPERM' });
  });

  for (const [platform, code] of [
    ['win32', 'ENOENT'],
    ['linux', 'EPERM'],
    ['darwin', 'EACCES'],
  ] as const) {
    it(`is not tried again on ${platform} after ${code}`, () => {
      const { step, calls } = failing(1, code);
      assert.throws(() => patiently(step, platform), { code });
      assert.equal(calls(), 1);
    });
  }
});
