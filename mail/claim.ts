import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureMailbox } from './deliver.js';
import { secureMailbox } from './mailbox-folders.js';
import { isOriginals } from './original.js';
import { Cc2ccError, errnoOf, storeError } from '../protocol/errors.js';
import { isFresh, readHeartbeat } from '../protocol/heartbeat.js';
import { acquireLease, type Lease } from '../protocol/lease.js';
import { HEARTBEAT_STALE_MS } from '../protocol/limits.js';
import { randomName, variantOf } from '../protocol/names.js';
import { mailboxPaths, rootPaths } from '../protocol/paths.js';
import { isRunning, thisProcess, type ProcessIdentity } from '../protocol/process-identity.js';

/** Who owns a name at this instant; `leases/<name>/<number>.json`. */
export interface NameHolder extends ProcessIdentity {
  host: string;
  instance: string;
  /** Digest of the attach key: proves that a re-attaching session is the one that held the name. */
  owner: string;
  /** ISO time. */
  since: string;
}

export type NameLease = Lease<NameHolder>;

/** A name that this session owns from now on. */
export interface Claim {
  name: string;
  lease: NameLease;
}

/** What a claim needs to know about its daemon. */
export interface Claimer {
  root: string;
  host: string;
  instance: string;
  /** Whether a session of this daemon bears the name. */
  isAttached: (name: string) => boolean;
}

/** Wished names get so many variants (`backend`, `backend-2`, …) before they become random. */
const MAX_VARIANTS = 50;

/**
 * Claims one name, unless somebody who writes to the root owns it at this instant.
 *
 * @returns undefined when it is taken
 * @throws Cc2ccError E_STORE; E_UNSAFE for a mailbox that is not ours alone
 */
export function claimName(claimer: Claimer, name: string, attachKey: string): Claim | undefined {
  if (claimer.isAttached(name)) return undefined;
  const owner = createHash('sha256').update(attachKey).digest('hex').slice(0, 16);
  const holder: NameHolder = {
    ...thisProcess(),
    host: claimer.host,
    instance: claimer.instance,
    owner,
    since: new Date().toISOString(),
  };
  if (isOriginals(claimer.root, name)) return undefined;
  const paths = mailboxPaths(claimer.root, name);
  secureMailbox(paths);
  const folder = join(rootPaths(claimer.root).leases, name);
  const acquired = acquireLease(folder, holder, (other) => isGone(claimer, name, other, owner));
  if (!acquired.ok) return undefined;
  ensureMailbox(paths);
  return { name, lease: acquired.lease };
}

/** The first free variant of a wished name, else a random one. */
export function claimWished(claimer: Claimer, wished: string, attachKey: string): Claim {
  for (let n = 1; n <= MAX_VARIANTS; n += 1) {
    const claim = claimName(claimer, variantOf(wished, n), attachKey);
    if (claim !== undefined) return claim;
  }
  return claimRandom(claimer, attachKey);
}

/** A name that nobody had before: the exclusive mkdir of its mailbox decides. */
export function claimRandom(claimer: Claimer, attachKey: string): Claim {
  for (let attempt = 1; attempt <= 1000; attempt += 1) {
    // Past the first tries the plain pairs are crowded; a number makes room.
    const name = attempt <= 20 ? randomName() : variantOf(randomName(), attempt);
    const { dir } = mailboxPaths(claimer.root, name);
    if (existsSync(dir) || claimer.isAttached(name) || isOriginals(claimer.root, name)) continue;
    try {
      mkdirSync(dir, { mode: 0o700 });
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') continue; // another host's daemon had the same idea
      throw storeError('make the mailbox folder', dir, error);
    }
    const claim = claimName(claimer, name, attachKey);
    if (claim !== undefined) return claim;
  }
  throw new Cc2ccError('E_NAME', 'No free name was found in a thousand tries.');
}

function isGone(claimer: Claimer, name: string, other: NameHolder, owner: string): boolean {
  if (other.owner === owner || other.instance === claimer.instance) return true;
  if (other.host === claimer.host) return !isRunning(other);
  // Another host's daemon can only be judged by what it writes; a fresh lease has no heartbeat yet.
  const heartbeat = readHeartbeat(claimer.root, name);
  const young = Date.now() - Date.parse(other.since) < HEARTBEAT_STALE_MS;
  return !young && !(heartbeat !== undefined && isFresh(heartbeat));
}
