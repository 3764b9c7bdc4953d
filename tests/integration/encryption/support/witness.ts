/**
 * Loaded into every process of a sandbox, by NODE_OPTIONS=--import: notes each write to a file of
 * something that must not be written in clear, also to a file that is gone a moment later.
 *
 * `CC2CC_TEST_WITNESS` is the file for the notes, `CC2CC_TEST_SECRET` what all that is secret begins with.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { CC2CC_TEST_WITNESS: notes = '', CC2CC_TEST_SECRET: secret = '' } = process.env;
/** Not one of those that take a file by its number: 0 to 2 lead to whoever asked for the text. */
const LAST_PIPE = 2;
const { appendFileSync } = fs;

type Write = (...args: unknown[]) => unknown;

function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  if (Array.isArray(data)) return data.map(textOf).join('');
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1')
    : '';
}

/** What notes something writes itself. */
let isNoting = false;

function look(call: string, target: unknown, data: unknown): void {
  if (isNoting || (typeof target === 'number' && target <= LAST_PIPE)) return;
  isNoting = true;
  for (const [word] of textOf(data).matchAll(new RegExp(`${secret}-\\w+`, 'g'))) {
    appendFileSync(notes, `${JSON.stringify({ call, pid: process.pid, word })}\n`);
  }
  isNoting = false;
}

/** Replaces functions of an object by ones that look first. */
function watch(object: object, names: readonly string[], label: string): void {
  const functions = object as Record<string, Write>;
  for (const name of names) {
    const real = functions[name];
    if (real === undefined) throw new Error(`${label}.${name} is not there to be watched`);
    const of = label === 'handle' ? 0 : 1; // a handle is its own target
    functions[name] = function watched(this: unknown, ...args: unknown[]): unknown {
      look(`${label}.${name}`, of === 1 ? args[0] : this, args[of]);
      return real.apply(this, args);
    };
  }
}

if (notes !== '' && secret !== '') {
  const sync = ['writeSync', 'writevSync', 'writeFileSync', 'appendFileSync'];
  watch(fs, [...sync, 'write', 'writev', 'writeFile', 'appendFile'], 'fs');
  watch(fs.promises, ['writeFile', 'appendFile'], 'promises');
  const handle = await fs.promises.open(process.execPath, 'r');
  const prototype = Object.getPrototypeOf(handle) as object;
  await handle.close();
  watch(prototype, ['write', 'writev', 'writeFile', 'appendFile'], 'handle');
  syncBuiltinESMExports();
}
