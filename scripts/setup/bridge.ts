import { existsSync } from 'node:fs';
import { createNew } from '../../mail/create-new.js';
import { ensureFormat } from '../../mail/format.js';
import { keyPath } from '../../mail/key-files.js';
import { Keyring } from '../../mail/keyring.js';
import { rotateKey } from '../../mail/rotate-key.js';
import { EXAMPLE_RULES, readRules } from '../../mail/rules.js';
import { loadConfig } from '../../protocol/config.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { makeFolder } from '../../protocol/make-folder.js';
import { bridgeRoot, rootPaths } from '../../protocol/paths.js';
import { ensurePrivateFolder } from '../../protocol/private-folder.js';
import { attempt, type Step, type StepResult } from './step.js';

/**
 * Prepares the bridge root: its folders, key and rules. What is there stays as it is.
 *
 * @throws Cc2ccError where there can be no root: nothing else makes sense then
 */
export async function prepareRoot(options: {
  rotateKey: boolean;
}): Promise<{ root: string; steps: Step[] }> {
  const wished = bridgeRoot();
  const isNew = !existsSync(wished);
  ensurePrivateFolder(wished);
  const root = bridgeRoot(); // again: links can be resolved now that it exists
  const { config, locks } = hostPaths(root);
  const { ttl } = loadConfig(config);
  const { status, agents, rejected, leases, rules } = rootPaths(root);
  ensureFormat(root);
  for (const folder of [status, agents, rejected, leases]) makeFolder(folder);
  const key = (): StepResult => {
    const keys = new Keyring(root);
    const made = keys.ensure();
    if (options.rotateKey && !made) return rotate(root, keys, locks, ttl);
    return { path: keyPath(root), done: made ? 'made' : 'kept' };
  };
  return {
    root,
    steps: [
      { what: 'bridge root', path: root, done: isNew ? 'made' : 'kept' },
      await attempt('key', key),
      await attempt('rules', () => prepareRules(rules)),
    ],
  };
}

/** What is there stays, also when it is wrong; without a daemon nobody else would say so. */
function prepareRules(path: string): StepResult {
  const done = createNew(path, EXAMPLE_RULES) ? 'made' : 'kept';
  const found = readRules(path);
  return { path, done, note: found.kind === 'bad' ? `not good: ${found.problem}` : undefined };
}

function rotate(root: string, keys: Keyring, locks: string, ttl: number): StepResult {
  const until = rotateKey(root, keys, locks, ttl);
  const note = Number.isFinite(until)
    ? `the old one is honoured until ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    : 'the old one is honoured as long as mail waits that never expires';
  return { path: keyPath(root), done: 'replaced', note };
}
