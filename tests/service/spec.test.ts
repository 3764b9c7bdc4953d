import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assertLasting, makeSpec } from '../../service/spec.js';

describe('a program that will be there tomorrow', () => {
  for (const path of [
    '/home/me/.npm/_npx/0a1b/node_modules/cc2cc/dist/daemon/main.js',
    '/home/me/.cache/pnpm/dlx/0a1b/node_modules/cc2cc/dist/daemon/main.js',
    '/home/me/.cache/pnpm/dlx-1234/node_modules/cc2cc/dist/daemon/main.js',
    '/x/xfs-1234/dlx-77/node_modules/cc2cc/dist/daemon/main.js',
    '/somewhere/bunx-1000-cc2cc@latest/node_modules/cc2cc/dist/daemon/main.js',
    '/tmp/try/dist/daemon/main.js',
  ]) {
    it(`${path} will not`, () => {
      assert.throws(() => assertLasting(path, '/tmp'), {
        code: 'E_PATH',
        hint: 'Install it first, in a clone of it: npm ci && npm run setup',
      });
    });
  }
  for (const path of [
    '/usr/lib/node_modules/cc2cc/dist/daemon/main.js',
    '/tmpfoo/cc2cc/dist/daemon/main.js',
  ]) {
    it(`${path} will`, () => {
      assertLasting(path, '/tmp');
    });
  }

  it('a temporary folder is known by its real path too', (t) => {
    if (process.platform === 'win32') {
      t.skip('links need a right there');
      return;
    }
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'c2-')));
    t.after(() => rmSync(folder, { recursive: true }));
    const link = join(folder, 'link');
    symlinkSync(join(folder, 'real'), link);
    mkdirSync(join(folder, 'real'));
    assert.throws(() => assertLasting(join(folder, 'real', 'main.js'), link), { code: 'E_PATH' });
  });
});

it('a relative folder is no place for a service', (t) => {
  t.after(() => delete process.env['XDG_STATE_HOME']);
  process.env['XDG_STATE_HOME'] = 'state';
  assert.throws(() => makeSpec(), {
    code: 'E_PATH',
    message: 'XDG_STATE_HOME: not an absolute path: "state".',
  });
});
