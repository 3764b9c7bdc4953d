import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { stableNode, versionedBy } from '../../protocol/node-path.js';

function place(t: TestContext): { folder: string; file: (path: string) => string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'c2-node-')));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = (path: string): string => {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, path);
    return full;
  };
  return { folder, file };
}

function link(path: string, to: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(to, path);
}

describe('a path to Node that lasts', () => {
  for (const path of [
    '/usr/bin/node',
    '/usr/local/bin/node',
    '/opt/node-v22.1.0/bin/node',
    '/opt/homebrew/bin/node',
  ]) {
    it(`${path} is one already`, () => {
      assert.deepEqual(stableNode(path), { path });
    });
  }
  for (const [tool, path] of [
    ['nvm', '.nvm/versions/node/v22.1.0/bin/node'],
    ['fnm', '.local/share/fnm/node-versions/v22.1.0/installation/bin/node'],
    ['volta', '.volta/tools/image/node/22.1.0/bin/node'],
    ['asdf', '.asdf/installs/nodejs/22.1.0/bin/node'],
    ['mise', '.local/share/mise/installs/node/22.1.0/bin/node'],
    ['nodenv', '.nodenv/versions/22.1.0/bin/node'],
    ['Homebrew', 'homebrew/Cellar/node@22/22.1.0/bin/node'],
  ] as const) {
    it(`${tool} without a link of its own: the path itself, and a warning`, (t) => {
      const program = place(t).file(path);
      const { path: chosen, warning = '' } = stableNode(program);
      assert.equal(chosen, program);
      assert.ok(warning.includes(`one version of ${tool} (${program})`), warning);
      assert.equal(versionedBy(join(dirname(program), '../lib/node_modules/cc2cc/x.js')), tool);
    });
  }
  for (const [tool, path, to, from] of [
    ['nvm', '.nvm/versions/node/v22.1.0/bin/node', '.nvm/versions/node/v22.1.0', '.nvm/current'],
    [
      'fnm',
      'fnm/node-versions/v22.1.0/installation/bin/node',
      'fnm/node-versions/v22.1.0/installation',
      'fnm/aliases/default',
    ],
    [
      'mise',
      'mise/installs/node/22.1.0/bin/node',
      'mise/installs/node/22.1.0',
      'mise/installs/node/22',
    ],
    [
      'Homebrew',
      'brew/Cellar/node@22/22.1.0/bin/node',
      'brew/Cellar/node@22/22.1.0',
      'brew/opt/node@22',
    ],
  ] as const) {
    it(`${tool} with one: that, without a warning`, (t) => {
      const { folder, file } = place(t);
      const program = file(path);
      link(join(folder, from), join(folder, to));
      assert.deepEqual(stableNode(program), { path: join(folder, from, 'bin/node') });
    });
    it(`${tool} with a link to another version: not that`, (t) => {
      const { folder, file } = place(t);
      const program = file(path);
      file('other/bin/node');
      link(join(folder, from), join(folder, 'other'));
      assert.equal(stableNode(program).path, program);
    });
  }
});
