import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { makeSandbox, type Extras, type Sandbox } from '../../support/sandbox.js';

/** A sandbox below a folder with all that a Windows path may have in it. */
export function awkwardSandbox(t: TestContext, extras: Extras = {}): Sandbox {
  const before = { TEMP: process.env['TEMP'], TMP: process.env['TMP'] };
  const folder = join(tmpdir(), "J\u00f6rg & S\u00f6hne's (x86)");
  mkdirSync(folder, { recursive: true });
  process.env['TEMP'] = process.env['TMP'] = folder;
  try {
    const sandbox = makeSandbox(extras);
    t.after(() => sandbox.cleanup());
    return sandbox;
  } finally {
    Object.assign(process.env, before);
  }
}
