import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMessage, encodeMessage } from '../../protocol/envelope.js';
import { newMessageId } from '../../protocol/ids.js';
import { stageMessage } from '../../tests/support/files.js';
import { arrivalOf } from '../arrival.js';
import type { Figure } from '../figure.js';
import { startRelay } from '../floors/start.js';
import { measureLatency } from '../latency.js';
import { attachPair } from '../pair.js';
import { sandboxed } from '../sandboxed.js';

const FIELDS = { from: 'bench-writer', text: 'A message of a usual length, dropped by hand.' };

/** A file is moved into an inbox, its text comes out of the recipient's shim. */
export const drop: Figure = {
  name: 'drop',
  measure: (options) =>
    sandboxed(async (sandbox) => {
      const { recipient } = await attachPair(sandbox);
      const ours = async (): Promise<number> => {
        const staged = stageMessage(sandbox, recipient.name, FIELDS);
        const arrived = arrivalOf(recipient, staged.id);
        const start = performance.now();
        staged.drop();
        return (await arrived) - start;
      };

      const folders = ['floor-tmp', 'floor', 'floor-done'].map((name) => join(sandbox.dir, name));
      const [tmp, folder, done] = folders as [string, string, string];
      for (const path of folders) mkdirSync(path, { mode: 0o700 });
      const [end] = await startRelay(sandbox, 'folder-relay', [folder, done], 1);
      const floor = async (): Promise<number> => {
        const id = newMessageId();
        const bytes = encodeMessage(createMessage({ ...FIELDS, id, to: 'nobody' }));
        writeFileSync(join(tmp, id), bytes);
        const arrived = arrivalOf(end!, id);
        const start = performance.now();
        renameSync(join(tmp, id), join(folder, id));
        return (await arrived) - start;
      };
      return measureLatency('file drop to stdout', options, ours, floor);
    }),
};
