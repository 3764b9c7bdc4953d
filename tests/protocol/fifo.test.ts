/** A FIFO in the place of a small file: every session and hook would wait at it for ever. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { tempFolder } from './support/temp-folder.js';

/** Node itself takes a twentieth of that. */
const HUNG_MS = 10_000;

for (const [module, name] of [
  ['token', 'readToken'],
  ['rendezvous', 'readRendezvous'],
] as const) {
  test(`${name} does not wait at a FIFO and says what it is`, (t) => {
    if (process.platform === 'win32') return t.skip('Windows has no FIFOs');
    const path = join(tempFolder(t), 'file');
    execFileSync('mkfifo', ['-m', '0600', path]);
    const url = new URL(`../../protocol/${module}.js`, import.meta.url).href;
    const script = `import {${name}} from '${url}';
      try { ${name}(process.argv[1]); } catch (error) { console.log(error.code, error.message); }`;
    const args = ['--input-type=module', '-e', script, path];
    const { stdout, error } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: HUNG_MS,
    });
    assert.equal(error, undefined);
    assert.match(stdout, /^E_UNSAFE .*file is not /);
  });
}
