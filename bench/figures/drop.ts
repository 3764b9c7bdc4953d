import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMessage, encodeMessage } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';
import type { LineChild } from '../../scripts/line-child.js';
import type { Agent } from '../../tests/support/agents.js';
import { cli } from '../../tests/support/cli.js';
import { stageMessage } from '../../tests/support/files.js';
import type { Sandbox } from '../../tests/support/sandbox.js';
import { arrivalOf } from '../arrival.js';
import { startRelay } from '../floors/start.js';
import type { Figure } from '../figure.js';
import { measureLatency } from '../latency.js';
import { attachPair } from '../pair.js';
import { sandboxed } from '../sandboxed.js';
import { fillMailbox } from '../waiting.js';

const FIELDS = { from: 'bench-writer', text: 'A message of a usual length, dropped by hand.' };

/** What waits for others and for the recipient while drops are measured. */
const OTHERS = 100;
const FOR_OTHERS = 10_000;
const FOR_RECIPIENT = 1_000;

/** A file is moved into an inbox, its text comes out of the recipient's shim. */
export const drop: Figure = {
  name: 'drop',
  measure: (options) =>
    sandboxed(async (sandbox) => {
      const { recipient } = await attachPair(sandbox);
      const floor = await floorOf(sandbox);
      const goals = { p50: 1.5, p99: 3 };
      return measureLatency(
        'file drop to stdout',
        goals,
        options,
        dropTo(sandbox, recipient),
        floor,
      );
    }),
};

/**
 * The same where much waits already: for others who are not there, and in the recipient's own inbox, of
 * a sender whom its user has not approved yet.
 */
export const crowded: Figure = {
  name: 'crowded',
  measure: (options) =>
    sandboxed(async (sandbox) => {
      for (let nth = 0; nth < OTHERS; nth += 1) {
        fillMailbox(sandbox, `absent-${nth}`, FOR_OTHERS / OTHERS);
      }
      for (const known of [FIELDS.from, 'sender']) {
        const { code, stderr } = await cli(sandbox, ['trust', known]);
        if (code !== 0) throw new Error(`trust failed: ${stderr}`);
      }
      const { recipient } = await attachPair(sandbox, { CC2CC_NEW_SENDERS: 'hold' });
      fillMailbox(sandbox, recipient.name, FOR_RECIPIENT, 'a-stranger');
      const floor = await floorOf(sandbox);
      const label = `file drop to stdout, ${FOR_OTHERS + FOR_RECIPIENT} wait`;
      return measureLatency(label, { p50: 2, p99: 2 }, options, dropTo(sandbox, recipient), floor);
    }),
};

function dropTo(sandbox: Sandbox, recipient: Agent): () => Promise<number> {
  return async () => {
    const staged = stageMessage(sandbox, recipient.name, FIELDS);
    const arrived = arrivalOf(recipient, staged.id);
    const start = performance.now();
    staged.drop();
    return (await arrived) - start;
  };
}

/** A watched folder, a socket and a pipe. */
export async function floorOf(sandbox: Sandbox): Promise<() => Promise<number>> {
  const folders = ['floor-tmp', 'floor', 'floor-done'].map((name) => join(sandbox.dir, name));
  const [tmp, folder, done] = folders as [string, string, string];
  for (const path of folders) mkdirSync(path, { mode: 0o700 });
  const [end] = await startRelay(sandbox, 'folder-relay', [folder, done], 1);
  return () => dropped(end!, tmp, folder);
}

/** Drops a message into a folder of nobody and waits for it at the end of a pipe. */
export async function dropped(end: LineChild, tmp: string, folder: string): Promise<number> {
  const id = newMessageId();
  const bytes = encodeMessage(createMessage({ ...FIELDS, id, to: 'nobody' }));
  writeFileSync(join(tmp, id), bytes);
  const arrived = arrivalOf(end, id);
  const start = performance.now();
  renameSync(join(tmp, id), join(folder, id));
  return (await arrived) - start;
}
