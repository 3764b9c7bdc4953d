import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { Cc2ccError } from './errors.js';
import { assertOwnLinks } from './own-links.js';
import { resolveLocal } from './settings/local-value.js';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The bridge root: `CC2CC_BRIDGE_DIR`, else the original's `BRIDGE_DIR`, else `bridgeDir` of the
 * configuration, else `~/.cc2cc`. Symbolic links are resolved, so that two spellings of one folder
 * mean one daemon.
 *
 * @throws Cc2ccError E_PATH for a relative path; E_UNSAFE for one that leads through another user's link; E_USAGE, E_STORE for a configuration that is broken
 */
export function bridgeRoot(env: Env = process.env): string {
  const { value, name } = resolveLocal('bridgeDir', env);
  const wished = typeof value === 'string' ? value : join(homedir(), '.cc2cc');
  // Settings files are not shells: the original's README itself writes "~/.cc2cc" into JSON.
  const root = wished.replace(/^~(?=$|[/\\])/, () => homedir());
  if (!isAbsolute(root)) {
    // A path of another system, such as C:\x here, or a home folder that is none.
    throw new Cc2ccError('E_PATH', `${name ?? 'HOME'}: not an absolute path: "${wished}".`, {
      hint: 'Set CC2CC_BRIDGE_DIR to an absolute path.',
    });
  }
  const real = realPath(root);
  if (real !== root) assertOwnLinks(root);
  return real;
}

/** Links resolved as far as the path exists, so that it means the same once the rest is made. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

/** The folders of one agent's mailbox. */
export interface MailboxPaths {
  dir: string;
  tmp: string;
  inbox: string;
  done: string;
  receipts: string;
  /** What became of messages; see delivery.ts. */
  journal: string;
}

export function mailboxPaths(root: string, name: string): MailboxPaths {
  return mailboxPathsIn(join(root, `to-${name}`));
}

/** Those of a mailbox folder, whatever its name. */
export function mailboxPathsIn(dir: string): MailboxPaths {
  return {
    dir,
    tmp: join(dir, 'tmp'),
    inbox: join(dir, 'inbox'),
    done: join(dir, 'done'),
    receipts: join(dir, 'receipts'),
    journal: join(dir, 'journal.jsonl'),
  };
}

/** Folders that all agents of a root share. */
export interface RootPaths {
  root: string;
  status: string;
  agents: string;
  rejected: string;
  leases: string;
  /** What the user wants done with messages; see mail/rules.ts. */
  rules: string;
  /** Who may write to whom; see mail/trust.ts. */
  trust: string;
}

export function rootPaths(root: string): RootPaths {
  return {
    root,
    status: join(root, 'status'),
    agents: join(root, 'agents'),
    rejected: join(root, 'rejected'),
    leases: join(root, 'leases'),
    rules: join(root, 'rules.json'),
    trust: join(root, 'trust.json'),
  };
}
