import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal, wasOffered, type DeliveryState } from './delivery.js';
import { Cc2ccError } from '../protocol/errors.js';
import { expiresAt, sentAt, type Message } from '../protocol/envelope.js';
import { timeOfId } from '../protocol/ids.js';
import { mailboxPaths, rootPaths, type MailboxPaths } from '../protocol/paths.js';
import { admit } from './admit.js';
import { messageFiles, registryOf } from './directory.js';
import { refusalAt, type Gate } from './gate.js';
import { inspectFile } from './inspect.js';
import { keyPath } from './key-files.js';
import { secureMailbox } from './mailbox-folders.js';
import { isOriginals } from './original.js';
import { rejectFile } from './reject.js';
import { settleFile, type Settlement } from './settle.js';
import type { SignatureState } from './signing.js';
import { trustSubjectOf } from './standing.js';
import { TaskStore } from './tasks/store.js';
import { takeIn } from './tasks/take-in.js';

/** A message that waits for an agent without a session. */
export interface Waiting {
  message: Message;
  signature: SignatureState;
  /** A session was given it before, without a sign that it was seen. */
  repeated: boolean;
}

/** What is done with files that cannot be let in. */
export interface WaitingOptions {
  /** Move them to `rejected/`; else they are passed over. */
  reject: boolean;
  onRefused?: (file: string, reason: string) => void;
  /** A message waits until a person approves it: nobody is given it. */
  onHeld?: (message: Message) => void;
}

/**
 * Reads the mail of an agent that no session reads, in queue order; one message is in memory at a
 * time. What is expired is left for the sweep, which tells its sender.
 */
export function* waitingFor(
  root: string,
  name: string,
  gate: Gate,
  options: WaitingOptions,
): Generator<Waiting> {
  const { onRefused, onHeld } = options;
  const reject = options.reject && !isOriginals(root, name);
  const paths = mailboxPaths(root, name);
  secureMailbox(paths);
  const files = messageFiles(root, name);
  if (files.length === 0) return; // a follower looks every second, and a journal can be long
  const past = readJournal(paths.journal);
  const tasks = new TaskStore(root, gate.keys);
  for (const file of inQueueOrder(paths, files)) {
    const id = file.slice(0, -'.json'.length);
    const state = past.get(id)?.state;
    // Who noted the end of it was stopped before the move; what lies in done/ as well is a replay.
    if (hasEnded(state) && !existsSync(join(paths.done, file))) {
      if (reject) settleFile(paths, id, settlementOf(state));
      continue;
    }
    const verdict = inspectFile(join(paths.inbox, file), file, gate.keys);
    if (verdict.kind === 'gone' || verdict.kind === 'later') continue;
    const reason = verdict.kind === 'reject' ? verdict.reason : refusalAt(gate, verdict, name);
    if (reason !== undefined && verdict.kind === 'message' && verdict.signature === 'unchecked') {
      throw new Cc2ccError('E_STORE', `There is no key at ${keyPath(root)} to check signatures.`, {
        hint: 'Restore it: nothing is rejected for the lack of it.',
      });
    }
    // Letting in also tells what was seen before; looking must not change anything.
    const replayed =
      reason === undefined && verdict.kind === 'message' && reject
        ? admit(paths, verdict.message, file)
        : undefined;
    const refusal = reason ?? replayed;
    if (refusal !== undefined) {
      if (reject) {
        rejectFile(join(paths.inbox, file), rootPaths(root).rejected, paths.dir, refusal);
      }
      onRefused?.(file, refusal);
      continue;
    }
    if (verdict.kind !== 'message') continue;
    const { message, signature } = verdict;
    if (expiresAt(message) <= Date.now()) continue;
    if (gate.standing(trustSubjectOf(message, signature), name).kind === 'held') {
      onHeld?.(message);
      continue;
    }
    const repeated = wasOffered(past.get(message.id)?.history ?? []);
    if (reject) noteTask(tasks, name, { message, signature });
    yield { message, signature, repeated };
  }
}

type Ended = Extract<DeliveryState, { name: Settlement['state'] }>;

function hasEnded(state: DeliveryState | undefined): state is Ended {
  return state?.name === 'seen' || state?.name === 'expired';
}

function settlementOf(state: Ended): Settlement {
  return state.name === 'seen' ? { state: 'seen', evidence: state.evidence } : { state: 'expired' };
}

/** What it means for a task; who reads the mail gets it, whether or not that can be noted. */
function noteTask(
  store: TaskStore,
  name: string,
  { message, signature }: Pick<Waiting, 'message' | 'signature'>,
): void {
  try {
    takeIn(store, registryOf(store.root), message, signature, name);
  } catch (error) {
    if (!(error instanceof Cc2ccError)) throw error;
  }
}

/** By the time that the name bears; only other names make it necessary to read the file for that. */
function inQueueOrder(paths: MailboxPaths, files: readonly string[]): string[] {
  const timeOf = (file: string): number => {
    const known = timeOfId(file.slice(0, -'.json'.length));
    if (known !== undefined) return known;
    const verdict = inspectFile(join(paths.inbox, file), file);
    return verdict.kind === 'message' ? sentAt(verdict.message) : Infinity;
  };
  return files
    .map((file) => ({ file, time: timeOf(file) }))
    .sort((a, b) => a.time - b.time || (a.file < b.file ? -1 : 1))
    .map(({ file }) => file);
}
