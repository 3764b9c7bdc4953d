import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createNew } from '../../mail/create-new.js';
import { ensureFormat } from '../../mail/format.js';
import { keyPath } from '../../mail/key-files.js';
import { Keyring } from '../../mail/keyring.js';
import { rotateKey } from '../../mail/rotate-key.js';
import { EXAMPLE_RULES, readRules } from '../../mail/rules.js';
import { loadConfig } from '../../protocol/config.js';
import { ExitCode } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { makeFolder } from '../../protocol/make-folder.js';
import { bridgeRoot, rootPaths } from '../../protocol/paths.js';
import { ensurePrivateFolder } from '../../protocol/private-folder.js';
import { tilde } from '../../protocol/terminal/text.js';
import { examples } from '../cli/help.js';
import { print, printJson } from '../cli/output.js';
import { register, registerLine, type Registered } from '../cli/register.js';
import { SHIM } from '../installed.js';

interface Options {
  register?: boolean;
  rotateKey?: boolean;
  json?: boolean;
}

/** What was done about one thing. */
interface Step {
  what: string;
  path?: string;
  done: 'made' | 'kept' | 'replaced' | Registered;
  note?: string;
}

/** The command line of `cc2cc init`. */
export function command(): Command {
  return new Command('init')
    .option('--register', 'register with Claude Code as well, for all projects of this user')
    .option('--rotate-key', 'make a new key; the old one is good for mail that waits')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      examples(
        'cc2cc init # folder, key and rules.json; what is there stays',
        'cc2cc init --register # and `claude mcp add`',
        'cc2cc init --rotate-key',
      ),
    )
    .action(async (options: Options) => {
      process.exitCode = await init(options);
    });
}

/** Prepares the bridge root. What is there stays as it is, so it may be run again at any time. */
async function init(options: Options): Promise<number> {
  const wished = bridgeRoot();
  const isNew = !existsSync(wished);
  ensurePrivateFolder(wished);
  const root = bridgeRoot(); // again: links can be resolved now that it exists
  const paths = hostPaths(root);
  const config = loadConfig(paths.config);
  const { status, agents, rejected, leases } = rootPaths(root);
  ensureFormat(root);
  for (const folder of [status, agents, rejected, leases]) makeFolder(folder);
  const steps: Step[] = [{ what: 'bridge root', path: root, done: isNew ? 'made' : 'kept' }];
  const keys = new Keyring(root);
  const made = keys.ensure();
  steps.push(
    options.rotateKey === true && !made
      ? rotate(root, keys, paths.locks, config.ttl)
      : { what: 'key', path: keyPath(root), done: made ? 'made' : 'kept' },
  );
  steps.push(prepareRules(join(root, 'rules.json')));
  if (options.register === true) {
    const { done, note } = await register(SHIM);
    steps.push({ what: 'Claude Code', done, ...(note === undefined ? {} : { note }) });
  }
  const failed = steps.some(({ done }) => done === 'failed');
  if (options.json) await printJson({ root, steps });
  else await print(...report(steps, options.register === true));
  return failed ? ExitCode.failed : ExitCode.ok;
}

/** What is there stays, also when it is wrong; without a daemon nobody else would say so. */
function prepareRules(path: string): Step {
  const done = createNew(path, EXAMPLE_RULES) ? 'made' : 'kept';
  const found = readRules(path);
  const note = found.kind === 'bad' ? { note: `not good: ${found.problem}` } : {};
  return { what: 'rules', path, done, ...note };
}

function rotate(root: string, keys: Keyring, locks: string, ttl: number): Step {
  const until = rotateKey(root, keys, locks, ttl);
  const note = Number.isFinite(until)
    ? `the old one is honoured until ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC`
    : 'the old one is honoured as long as mail waits that never expires';
  return { what: 'key', path: keyPath(root), done: 'replaced', note };
}

function report(steps: readonly Step[], hasRegistered: boolean): string[] {
  const lines = steps.map(({ what, path, done, note }) => {
    const where = path === undefined ? '' : ` ${tilde(path)}`;
    return `${done.padEnd(10)}  ${what}${where}${note === undefined ? '' : `: ${note}`}`;
  });
  if (hasRegistered) return lines;
  return [
    ...lines,
    '',
    'To register with Claude Code: cc2cc init --register, or',
    '',
    `  ${registerLine(SHIM)}`,
  ];
}
