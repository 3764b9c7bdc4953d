import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { closed, count, die, opened, realPromises, watched } from './counter.js';
import { errnoOf } from './deeds.js';
import {
  about,
  BY_PATH,
  BY_TWO,
  bytesOf,
  dressed,
  errorOf,
  firstHalf,
  writeOptions,
} from './wrap-files.js';

type Fn = (this: unknown, ...args: unknown[]) => unknown;
type Table = Record<string, Fn>;

/** Methods of a file handle, and what the same is called elsewhere. */
const OF_HANDLES: Readonly<Record<string, string>> = {
  chmod: 'fchmod',
  chown: 'fchown',
  close: 'close',
  datasync: 'fdatasync',
  read: 'read',
  readFile: 'readFile',
  readv: 'readv',
  stat: 'fstat',
  sync: 'fsync',
  truncate: 'ftruncate',
  utimes: 'futimes',
  write: 'write',
  writev: 'writev',
};

/** Wraps `fs.promises`, which is `node:fs/promises`, and the handles that it opens. */
export function wrapPromises(): void {
  const table = fs.promises as unknown as Table;
  const had = realPromises as unknown as Table;
  for (const name of [...Object.keys(BY_PATH), ...BY_TWO]) {
    const before = had[name];
    if (before) table[name] = dressed(before, promiseForm(name, before));
  }
  const open = table['open'] as Fn;
  table['open'] = dressed(had['open'] as Fn, async (...args) => {
    const handle = (await open(...args)) as fs.promises.FileHandle;
    opened(handle.fd, watched(args[0]));
    wrapHandles(Object.getPrototypeOf(handle) as Table);
    return handle;
  });
  const write = (flag: string): Fn =>
    async function (file, data, options) {
      const path = watched(file);
      const isPlain = typeof data === 'string' || ArrayBuffer.isView(data);
      const before = had[flag === 'a' ? 'appendFile' : 'writeFile'] as Fn;
      if (path === undefined || !isPlain) return before(file, data, options);
      const given = writeOptions(options);
      const handle = await fs.promises.open(path, given.flag ?? flag, given.mode ?? 0o666);
      try {
        let bytes = bytesOf(data, given.encoding);
        while (bytes.length > 0) bytes = bytes.subarray((await handle.write(bytes)).bytesWritten);
      } finally {
        await handle.close();
      }
      return undefined;
    };
  table['writeFile'] = dressed(had['writeFile'] as Fn, write('w'));
  table['appendFile'] = dressed(had['appendFile'] as Fn, write('a'));
}

let handlesAreWrapped = false;

function wrapHandles(prototype: Table): void {
  if (handlesAreWrapped) return;
  handlesAreWrapped = true;
  for (const [method, name] of Object.entries(OF_HANDLES)) {
    const before = prototype[method];
    if (before === undefined) continue;
    prototype[method] = function (...args) {
      const { fd } = this as { fd: number };
      return promiseForm(name, (_fd, ...rest) => before.apply(this, rest))(fd, ...args);
    };
  }
}

function promiseForm(name: string, had: Fn): Fn {
  return async (...args) => {
    const subject = about(name, args);
    const step = subject && count(name, 'promise', subject.change, subject.path, subject.to);
    if (name === 'close') closed(args[0]);
    let failure: unknown;
    try {
      if (step?.fault === undefined || subject === undefined) return await had(...args);
      const code = errnoOf(step);
      if (code !== undefined) {
        if (name === 'close') await had(...args);
        throw errorOf(code, name, subject);
      }
      if (step.fault === 'slow') await wait(step.ms);
      else if (step.fault === 'torn') {
        if (name === 'write' || name === 'writev') await had(...firstHalf(name, args));
        die();
      } else return await had(...firstHalf(name, args));
      return await had(...args);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      step?.end(failure);
    }
  };
}
