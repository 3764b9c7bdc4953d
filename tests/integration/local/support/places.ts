/** Tests over tables of places and of what can be wrong with them. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeSandbox, type Sandbox } from '../../../support/sandbox.js';
import {
  asideState,
  isRoot,
  live,
  scene,
  singing,
  spoil,
  type Scene,
  type Wrong,
} from './stage.js';

export interface Place {
  what: string;
  /** One, or several that are spoilt together where they do not hide each other. */
  of: (sandbox: Sandbox) => string[];
  /** What somebody must say of a link. */
  tells?: RegExp;
  /** What else than a link is tried. A scene takes a second or two. */
  also?: readonly Wrong[];
  /** What is run; `start` unless told. */
  scene?: Scene;
  /** It may be a link. */
  mayBeLink?: true;
}

/** Makes a test of each place and each thing that can be wrong with it, in one home. */
export function testPlaces(places: readonly Place[]): void {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = makeSandbox({ CC2CC_ROUND_MS: '200', CC2CC_SWEEP_MS: '200' });
    await live(sandbox);
  });
  after(() => sandbox.cleanup());

  for (const { what, of, tells, also = [], scene: which = 'start', mayBeLink } of places) {
    for (const wrong of [...(mayBeLink ? [] : (['link'] as const)), ...also]) {
      test(`${wrong}: ${what}`, async (t) => {
        if (process.platform === 'win32') return t.skip('Windows has no such modes and FIFOs');
        if (wrong === 'foreign' && !isRoot) return t.skip('only root can give a file away');
        const paths = of(sandbox);
        const undo = paths.map((path) => spoil(sandbox, path, wrong));
        try {
          const state = asideState(sandbox);
          const said = await scene(sandbox, which);
          assert.deepEqual(asideState(sandbox), state, 'nothing behind a link has changed');
          assert.deepEqual(singing(sandbox, said, paths), []);
          if (tells !== undefined && wrong === 'link') assert.match(said.join('\n'), tells);
        } finally {
          for (const step of undo) step();
        }
      });
    }
  }
}

export const firstIn = (folder: string): string =>
  join(folder, readdirSync(folder).sort()[0] ?? '');
