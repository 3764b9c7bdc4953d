import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootPaths } from '../../../protocol/paths.js';
import { until } from '../../support/events.js';
import type { Sandbox } from '../../support/sandbox.js';
import { statusOf } from '../lifecycle/support.js';

/** Quiet at every moment. */
export const ALWAYS = { from: '00:00', to: '24:00' };

/** Writes rules.json under a running daemon and waits until it is in force. */
export async function putRules(sandbox: Sandbox, rules: unknown): Promise<void> {
  const { changes } = (await statusOf(sandbox)).rules;
  const { rules: path } = rootPaths(sandbox.root);
  const staged = join(sandbox.dir, 'rules.json');
  writeFileSync(staged, JSON.stringify(rules));
  renameSync(staged, path);
  await until(async () => (await statusOf(sandbox)).rules.changes > changes, 'rules in force');
}
