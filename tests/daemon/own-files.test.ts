import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { OwnFiles } from '../../daemon/own-files.js';
import { sandboxFor } from '../support/sandbox.js';

test('files that are gone for longer than an update takes are noticed, and no others', (t) => {
  const { work } = sandboxFor(t);
  const [main, manifest] = [join(work, 'main.js'), join(work, 'package.json')];
  for (const file of [main, manifest]) writeFileSync(file, '');
  let now = 1000;
  const files = new OwnFiles(4000, [main, manifest], () => now);
  assert.equal(files.gone(), undefined);
  rmSync(main);
  assert.equal(files.gone(), undefined, 'from now on it counts');
  now += 119_999;
  assert.equal(files.gone(), undefined, 'not yet');
  writeFileSync(main, '');
  now += 10_000;
  assert.equal(files.gone(), undefined, 'it was an update');
  rmSync(manifest);
  now += 500_000;
  assert.equal(files.gone(), undefined, 'from now on it counts again');
  now += 120_000;
  assert.equal(files.gone(), manifest);
});
