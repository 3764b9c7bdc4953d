/** What was pushed is never pushed again without a warning, whatever became of its file meanwhile. */
import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { idsOf } from '../../../scripts/mcp-client.js';
import { attachAgent, awake } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { dropMessage, mailboxOf } from '../../support/files.js';
import { sandboxFor } from './support/inbox.js';

test('a file that was moved away and back', async (t) => {
  const sandbox = sandboxFor(t);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const id = dropMessage(sandbox, 'ben', { text: 'look twice' });
  await ben.waitForMessage('look twice');
  const file = join(mailboxOf(sandbox, 'ben').inbox, `${id}.json`);
  renameSync(file, join(sandbox.dir, 'aside.json'));
  assert.match((await ben.call('check_inbox')).text, /No messages wait/);
  renameSync(join(sandbox.dir, 'aside.json'), file);
  const again = await ben.waitForMessage(
    (push) => push !== ben.channel.find((p) => idsOf(p).includes(id)) && idsOf(push).includes(id),
  );
  assert.match(again.content, /possibly repeated/);
});

test('a file that could not be opened for want of descriptors', async (t) => {
  const sandbox = sandboxFor(t);
  const full = join(sandbox.dir, 'full');
  const preload = join(sandbox.dir, 'no-descriptors.cjs');
  writeFileSync(
    preload,
    `const fs = require('node:fs');
     const { openSync } = fs;
     fs.openSync = (path, ...rest) => {
       if (/[/]inbox[/]/.test(path) && fs.existsSync(${JSON.stringify(full)})) {
         throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
       }
       return openSync(path, ...rest);
     };
     require('node:module').syncBuiltinESMExports();`,
  );
  await startDaemon(sandbox, { NODE_OPTIONS: `--require ${preload}` });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const id = dropMessage(sandbox, 'ben', { text: 'look twice' });
  await ben.waitForMessage('look twice');
  writeFileSync(full, '');
  await ben.call('check_inbox');
  rmSync(full);
  const { text } = await ben.call('check_inbox');
  assert.match(text, new RegExp(`${id}.*possibly repeated`));
  assert.equal(ben.channel.filter((push) => idsOf(push).includes(id)).length, 1);
});
