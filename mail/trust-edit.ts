import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cc2ccError, storeError } from '../protocol/errors.js';
import { patiently } from '../protocol/patiently.js';
import { mailboxPaths, rootPaths } from '../protocol/paths.js';
import { takeProcessLock } from '../protocol/process-lock.js';
import { syncFolder } from '../protocol/sync-folder.js';
import { currentName, registryOf } from './directory.js';
import { isInMailbox } from './find-mail.js';
import { EVERYBODY, readTrust, type TrustDocument } from './trust.js';

/** A change takes some milliseconds. */
const DEADLINE_MS = 5_000;
const RETRY_MS = 10;

/**
 * Changes trust.json: whoever reads it has the old lists or the new ones, also after a power cut.
 *
 * @param locks the folder `locks/` of the state folder: of two changes at once neither undoes the other
 * @param change changes the document that it is given
 * @throws Cc2ccError E_USAGE for a file that is not good, which nobody but a person should replace;
 *   E_LIMIT when others do not come to an end; E_STORE
 */
export async function editTrust(
  root: string,
  locks: string,
  change: (document: TrustDocument) => void,
): Promise<TrustDocument> {
  for (const deadline = performance.now() + DEADLINE_MS; ; await sleep(RETRY_MS)) {
    const acquired = takeProcessLock(join(locks, 'trust'));
    if (!acquired.ok) {
      if (performance.now() < deadline) continue;
      const { pid } = acquired.holder;
      throw new Cc2ccError('E_LIMIT', `Process ${pid} changes trust.json and does not end.`);
    }
    try {
      const document = readDocument(root);
      change(document);
      prune(root, document);
      await replaceDurably(rootPaths(root).trust, `${JSON.stringify(document, null, 2)}\n`);
      return document;
    } finally {
      acquired.lease.release();
    }
  }
}

/** The lists of a recipient, made where there are none. */
export function listsOf(
  { agents }: TrustDocument,
  recipient: string,
): TrustDocument['agents'][string] {
  // An agent may be called "constructor", which every object has.
  const known = Object.hasOwn(agents, recipient) ? agents[recipient] : undefined;
  return known ?? (agents[recipient] = { allow: [], block: [], messages: [] });
}

/** What stands in the file; nothing where there is none. */
function readDocument(root: string): TrustDocument {
  const path = rootPaths(root).trust;
  const file = readTrust(path);
  if (file.kind === 'missing') return { version: 1, agents: {} };
  if (file.kind === 'read') return file.value;
  throw new Cc2ccError('E_USAGE', `${path}: ${file.problem}. It was not changed.`, {
    hint: 'Mend it by hand, or move it away.',
  });
}

/** Ids of messages that are gone mean nothing any more, nor do empty entries. */
function prune(root: string, { agents }: TrustDocument): void {
  const registry = registryOf(root);
  for (const [name, lists] of Object.entries(agents)) {
    const owner = currentName(registry, name); // its mail has moved along
    lists.messages = lists.messages.filter(
      (id) => name !== EVERYBODY && isInMailbox(mailboxPaths(root, owner), id),
    );
    const isEmpty = Object.values(lists).every((list) => list.length === 0);
    if (isEmpty) Reflect.deleteProperty(agents, name);
  }
}

async function replaceDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const fd = openSync(draft, 'wx', 0o600);
    try {
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    patiently(() => {
      renameSync(draft, path);
    });
    await syncFolder(dirname(path));
  } catch (error) {
    throw storeError('write the lists', path, error);
  } finally {
    rmSync(draft, { force: true });
  }
}
