import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFloor } from '../floors/start.js';
import type { Figure } from '../figure.js';
import { sandboxed } from '../sandboxed.js';
import { median } from '../stats.js';
import { dropped, floorOf } from './drop.js';

/** As the program that cc2cc replaces looks at its inbox. */
const EVERY_MS = 3_000;
/** No multiple of the above: drops come at any moment between two looks. */
const PAUSE_MS = 437;

/** A peer beside ours: a stand-in that does nothing but look at its inbox every three seconds. */
export const poller: Figure = {
  name: 'poller',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      const [tmp, inbox, done] = ['peer-tmp', 'peer-inbox', 'peer-done'].map((name) =>
        join(sandbox.dir, name),
      ) as [string, string, string];
      for (const path of [tmp, inbox, done]) mkdirSync(path, { mode: 0o700 });
      const peer = startFloor(sandbox, 'poller', inbox, done, String(EVERY_MS));
      await peer.waitForLine('ready', 10_000);
      const floor = await floorOf(sandbox);
      const [taken, least]: [number[], number[]] = [[], []];
      for (let nth = 0; nth < (quick ? 3 : 15); nth += 1) {
        taken.push(await dropped(peer, tmp, inbox));
        least.push(await floor());
        await sleep(PAUSE_MS);
      }
      return [
        {
          label: 'for comparison: a poll every 3 s (stand-in), file drop to stdout, p50',
          unit: 'ms',
          ours: median(taken),
          floor: median(least),
          goal: null,
        },
      ];
    }),
};
