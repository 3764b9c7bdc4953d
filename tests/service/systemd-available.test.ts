import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { whyNot } from '../../service/systemd-available.js';

const NO_BUS = 'Failed to connect to bus: No medium found';
const NO_SYSTEMCTL = 'there is no systemctl';
const PLAIN = { systemd: false, wsl: false, container: false, uid: 1000 };

describe('why there is no systemd for a user', () => {
  for (const [what, output, here, why, hint] of [
    [
      'WSL',
      NO_SYSTEMCTL,
      { wsl: true },
      /^This WSL runs without systemd/,
      /systemd=true.*wsl --shutdown/,
    ],
    ['a container', NO_SYSTEMCTL, { container: true }, /^This container runs/, undefined],
    ['another init', NO_BUS, {}, /^This system is not run by systemd/, undefined],
    [
      'a system without the program',
      NO_SYSTEMCTL,
      { systemd: true },
      /not run by systemd/,
      undefined,
    ],
    [
      'su or cron',
      NO_BUS,
      { systemd: true },
      /cannot be reached \(Failed to connect/,
      /ssh.*enable-linger 1000.*\/run\/user\/1000/,
    ],
    ['WSL with systemd', NO_BUS, { systemd: true, wsl: true }, /cannot be reached/, /ssh/],
    [
      'a container with systemd',
      NO_BUS,
      { systemd: true, container: true },
      /cannot be reached/,
      /ssh/,
    ],
  ] as const) {
    it(what, () => {
      const said = whyNot(output, { ...PLAIN, ...here });
      assert.ok(!said.ok);
      assert.match(said.why, why);
      if (hint === undefined) assert.equal(said.hint, undefined);
      else assert.match(said.hint ?? '', hint);
    });
  }
});
