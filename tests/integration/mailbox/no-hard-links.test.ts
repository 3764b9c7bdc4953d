import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { attachAgent, awake, nameOf } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { dropMessage, listDone } from '../../support/files.js';
import { until } from '../../support/events.js';
import { drainInbox, sandboxFor } from './support/inbox.js';

test('a root on a file system without hard links', async (t) => {
  const sandbox = sandboxFor(t);
  const preload = join(sandbox.dir, 'no-links.cjs');
  writeFileSync(
    preload,
    `const fs = require('node:fs');
     const { linkSync } = fs;
     fs.linkSync = (from, to) => {
       if (to.startsWith(${JSON.stringify(`${sandbox.root}/`)})) {
         throw Object.assign(new Error('no links'), { code: 'EPERM' });
       }
       linkSync(from, to);
     };
     require('node:module').syncBuiltinESMExports();`,
  );
  await startDaemon(sandbox, { NODE_OPTIONS: `--require ${preload}` });
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  await awake(ann);
  dropMessage(sandbox, 'ann', { text: 'by hand' });
  await ann.waitForMessage('by hand');
  assert.ok(!(await ann.call('send', { to: 'ben', text: 'by tool' })).isError);
  await ben.call('register', { name: 'bot' });
  await drainInbox(ben);
  await until(() => listDone(sandbox, 'bot').length === 1, 'the message in done/');
  const other = await attachAgent(sandbox, { name: 'ann' });
  assert.equal(await nameOf(other), 'ann-2');
});
