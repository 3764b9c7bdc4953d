import fs from 'node:fs';
import { dirname } from 'node:path';
import { closed, count, die, opened, pathOf, real, watched, type Step } from './counter.js';
import { errnoOf, halfOf, halved, sleep, systemError } from './deeds.js';

type Fn = (...args: unknown[]) => unknown;
type Table = Record<string, Fn>;

/** By path: whether they change something. `watch` throws as sync calls do and is made below. */
export const BY_PATH: Readonly<Record<string, boolean>> = {
  access: false,
  chmod: true,
  chown: true,
  exists: false,
  lchown: true,
  lstat: false,
  lutimes: true,
  mkdir: true,
  mkdtemp: true,
  open: false, // see opensToChange
  opendir: false,
  readdir: false,
  readFile: false,
  readlink: false,
  realpath: false,
  rm: true,
  rmdir: true,
  stat: false,
  statfs: false,
  truncate: true,
  unlink: true,
  utimes: true,
};
/** By two paths; all of them change something. */
export const BY_TWO = ['copyFile', 'link', 'rename', 'symlink'];
const BY_FD: Readonly<Record<string, boolean>> = {
  close: false,
  fchmod: true,
  fchown: true,
  fdatasync: true,
  fstat: false,
  fsync: true,
  ftruncate: true,
  futimes: true,
  read: false,
  readv: false,
  write: true,
  writev: true,
};

/** What a call is about; undefined for files that are not watched. */
export interface About {
  change: boolean;
  path: string;
  to?: string | undefined;
}

/** Wraps the sync and the callback form of all that touches files. */
export function wrapFiles(): void {
  const table = fs as unknown as Table;
  const had = real as unknown as Table;
  for (const name of [...Object.keys(BY_PATH), ...BY_TWO, ...Object.keys(BY_FD)]) {
    const [ofSync, ofCallback] = [had[`${name}Sync`], had[name]];
    if (ofSync) table[`${name}Sync`] = dressed(ofSync, syncForm(name, ofSync));
    if (ofCallback) table[name] = dressed(ofCallback, callbackForm(name, ofCallback));
  }
  table['watch'] = dressed(had['watch'] as Fn, syncForm('watch', had['watch'] as Fn));
  takeApart(table, had);
}

export function about(name: string, args: readonly unknown[]): About | undefined {
  const [first, second] = args;
  if (name in BY_FD) {
    const path = pathOf(first);
    return path === undefined ? undefined : { change: BY_FD[name] ?? false, path };
  }
  if (name === 'readFile' && typeof first === 'number') {
    const path = pathOf(first);
    return path === undefined ? undefined : { change: false, path };
  }
  const path = watched(first);
  if (BY_TWO.includes(name)) {
    const to = watched(second) ?? (path === undefined ? undefined : String(second));
    return to === undefined ? undefined : { change: true, path: path ?? String(first), to };
  }
  if (path === undefined) return undefined;
  return { change: name === 'open' ? opensToChange(second) : (BY_PATH[name] ?? false), path };
}

function opensToChange(flags: unknown): boolean {
  if (typeof flags === 'string') return /[wa]/.test(flags);
  const { O_CREAT, O_TRUNC } = real.constants;
  return typeof flags === 'number' && (flags & (O_CREAT | O_TRUNC)) !== 0;
}

/** The same function to all who ask: name, length, and how it is promisified. */
export function dressed(had: Fn, made: Fn): Fn {
  for (const key of Reflect.ownKeys(had)) {
    const property = Object.getOwnPropertyDescriptor(had, key);
    const own = Object.getOwnPropertyDescriptor(made, key);
    if (property !== undefined && own?.configurable !== false) {
      Object.defineProperty(made, key, property);
    }
  }
  return made;
}

/** Calls that Node makes to carry out one of ours are that one's. */
let inside = 0;

function within<T>(step: () => T): T {
  inside += 1;
  try {
    return step();
  } finally {
    inside -= 1;
  }
}

function syncForm(name: string, had: Fn): Fn {
  return (...args) => {
    const subject = inside > 0 ? undefined : about(name, args);
    const step = subject && count(name, 'sync', subject.change, subject.path, subject.to);
    let error: unknown;
    try {
      const result = within(() => made(name, had, args, step, subject));
      if (name === 'open') opened(result as number, watched(args[0]));
      return result;
    } catch (thrown) {
      error = thrown;
      throw thrown;
    } finally {
      if (name === 'close') closed(args[0]);
      step?.end(error);
    }
  };
}

function made(name: string, had: Fn, args: unknown[], step?: Step, subject?: About): unknown {
  if (step?.fault === undefined || subject === undefined) return had(...args);
  const code = errnoOf(step);
  if (code !== undefined) {
    if (name === 'close') had(...args);
    // These two never throw for what the system says.
    if (name === 'exists') return false;
    throw errorOf(code, name, subject);
  }
  if (step.fault === 'slow') sleep(step.ms);
  if (step.fault === 'torn') {
    if (name === 'write' || name === 'writev') had(...firstHalf(name, args));
    die();
  }
  if (step.fault === 'short') return had(...firstHalf(name, args));
  return had(...args);
}

function callbackForm(name: string, had: Fn): Fn {
  return (...args) => {
    const done = args.at(-1);
    const subject = inside > 0 || typeof done !== 'function' ? undefined : about(name, args);
    const step = subject && count(name, 'callback', subject.change, subject.path, subject.to);
    if (typeof done !== 'function') return had(...args);
    const path = watched(args[0]);
    if (name === 'close') closed(args[0]);
    const then = (...results: unknown[]): void => {
      const [error, fd] = results;
      if (name === 'open' && typeof fd === 'number') opened(fd, path);
      step?.end(error);
      (done as Fn)(...results);
    };
    const call = (given: readonly unknown[]): unknown =>
      within(() => had(...given.slice(0, -1), then));
    if (step?.fault === undefined || subject === undefined) return call(args);
    const code = errnoOf(step);
    if (code !== undefined) {
      const error = errorOf(code, name, subject);
      const fail = (): void => (name === 'exists' ? then(false) : then(error));
      if (name === 'close') return within(() => had(args[0], fail));
      setImmediate(fail);
      return undefined;
    }
    if (step.fault === 'slow') return void setTimeout(() => call(args), step.ms);
    if (step.fault === 'torn') {
      if (name !== 'write' && name !== 'writev') die();
      return within(() => had(...firstHalf(name, args).slice(0, -1), die));
    }
    return call(firstHalf(name, args));
  };
}

export function errorOf(code: string, name: string, subject: About): Error {
  if (name in BY_FD) return systemError(code, name);
  return systemError(code, name, subject.path, subject.to);
}

/** The arguments for half of a write; those of any other call as they are. */
export function firstHalf(name: string, args: readonly unknown[]): unknown[] {
  if (name === 'write') return halved(args);
  if (name === 'writev') return [args[0], halfOf(args[1] as Uint8Array[]), ...args.slice(2)];
  return [...args];
}

/** Where one call of Node's is several of the system's. */
function takeApart(table: Table, had: Table): void {
  const write = (flag: string) =>
    function (file: unknown, data: unknown, options?: unknown): void {
      const given = writeOptions(options);
      const isOpen = typeof file === 'number';
      const fd = isOpen
        ? file
        : fs.openSync(file as string, given.flag ?? flag, given.mode ?? 0o666);
      try {
        let bytes = bytesOf(data, given.encoding);
        while (bytes.length > 0) bytes = bytes.subarray(fs.writeSync(fd, bytes));
        if (given.flush === true) fs.fsyncSync(fd);
      } finally {
        if (!isOpen) fs.closeSync(fd);
      }
    } as Fn;
  table['writeFileSync'] = dressed(had['writeFileSync'] as Fn, write('w'));
  table['appendFileSync'] = dressed(had['appendFileSync'] as Fn, write('a'));
  table['writeFile'] = dressed(
    had['writeFile'] as Fn,
    writeByCallback('w', had['writeFile'] as Fn),
  );
  table['appendFile'] = dressed(
    had['appendFile'] as Fn,
    writeByCallback('a', had['appendFile'] as Fn),
  );

  const mkdir = fs.mkdirSync;
  const mkdirs = (path: string, mode: number | undefined): string | undefined => {
    if (real.existsSync(path)) return undefined;
    const first = mkdirs(dirname(path), mode);
    mkdir(path, { mode });
    return first ?? path;
  };
  table['mkdirSync'] = dressed(had['mkdirSync'] as Fn, (path, options) => {
    const { recursive, mode } = (options ?? {}) as { recursive?: boolean; mode?: number };
    if (recursive !== true || watched(path) === undefined)
      return mkdir(path as string, options as number);
    return mkdirs(watched(path) as string, mode);
  });
}

/** Up to Node 24 the callback forms call open, write and close of `fs`; from 26 on the system itself. */
function writeByCallback(flag: string, had: Fn): Fn {
  return (file, data, ...rest) => {
    const done = rest.at(-1) as (error?: unknown) => void;
    const isPlain = typeof data === 'string' || ArrayBuffer.isView(data);
    if (watched(file) === undefined || !isPlain) return had(file, data, ...rest);
    const given = writeOptions(rest.length > 1 ? rest[0] : undefined);
    fs.open(file as string, given.flag ?? flag, given.mode ?? 0o666, (error, fd) => {
      if (error !== null) return done(error);
      const close = (failure: unknown): void =>
        fs.close(fd, (error) => done(failure ?? error ?? null));
      const write = (bytes: Buffer): void => {
        if (bytes.length === 0) return close(null);
        fs.write(fd, bytes, (error, written) => {
          if (error === null) write(bytes.subarray(written));
          else close(error);
        });
      };
      write(bytesOf(data, given.encoding));
    });
    return undefined;
  };
}

export interface WriteOptions {
  encoding?: BufferEncoding;
  flag?: string;
  mode?: number;
  flush?: boolean;
}

export function writeOptions(options: unknown): WriteOptions {
  return typeof options === 'string' ? { encoding: options as BufferEncoding } : (options ?? {});
}

export function bytesOf(data: unknown, encoding?: BufferEncoding): Buffer {
  if (typeof data === 'string') return Buffer.from(data, encoding ?? 'utf8');
  const view = data as NodeJS.ArrayBufferView;
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
