import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from './sandbox.js';

const PROGRAM = fileURLToPath(new URL('claude-program.js', import.meta.url));

export interface FakeClient {
  /** With the `claude` of claude-program.ts first on PATH. */
  env: { PATH: string; FAKE_CLAUDE_LOG: string };
  /** How it was called. */
  calls: () => string[];
  state: string;
  settings: string;
}

/** A `claude` for a sandbox, which changes the files of its home. */
export function fakeClient(sandbox: Sandbox): FakeClient {
  const bin = join(sandbox.dir, 'bin');
  const log = join(sandbox.dir, 'claude.log');
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(sandbox.home, '.claude'), { recursive: true });
  const script = `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`;
  writeFileSync(join(bin, 'claude'), script);
  chmodSync(join(bin, 'claude'), 0o755);
  return {
    env: { PATH: `${bin}:${process.env['PATH']}`, FAKE_CLAUDE_LOG: log },
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    state: join(sandbox.home, '.claude.json'),
    settings: join(sandbox.home, '.claude', 'settings.json'),
  };
}

/** An environment in which there is no `claude`. */
export function withoutClient(sandbox: Sandbox): { PATH: string } {
  const empty = join(sandbox.dir, 'empty');
  mkdirSync(empty, { recursive: true });
  return { PATH: empty };
}
