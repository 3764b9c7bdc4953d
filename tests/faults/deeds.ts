import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import type { Step } from './counter.js';

/**
 * The error that the system would have given for a call, by descriptor (no path) or by path. What libuv
 * has no name for, such as EDQUOT and ESTALE, comes as Node gives it: `Unknown system error -122`.
 */
export function systemError(wanted: string, call: string, path?: string, to?: string): Error {
  const number = (constants.errno as Record<string, number>)[wanted] ?? 0;
  const unknown = `Unknown system error -${number}`;
  const [code, words] = getSystemErrorMap().get(-number) ?? [unknown, unknown];
  const files = [path, to].flatMap((file) => (file === undefined ? [] : `'${file}'`)).join(' -> ');
  const error = new Error(`${code}: ${words}, ${call}${files && ` ${files}`}`);
  const places = { ...(path !== undefined && { path }), ...(to !== undefined && { dest: to }) };
  return Object.assign(error, { errno: -number, code, syscall: call, ...places });
}

/** Whether the step is to fail, and with what. */
export function errnoOf(step: Step): string | undefined {
  return step.fault?.startsWith('E') === true ? step.fault : undefined;
}

/** The arguments of a `write` such that its first half is written. */
export function halved(args: readonly unknown[]): unknown[] {
  const [fd, data, second, third, fourth] = args;
  const rest = args.filter((arg) => typeof arg === 'function');
  if (typeof data === 'string') {
    const bytes = Buffer.from(data, typeof third === 'string' ? (third as BufferEncoding) : 'utf8');
    return [fd, bytes, 0, bytes.length >> 1, typeof second === 'number' ? second : null, ...rest];
  }
  const bytes = data as Uint8Array;
  const options = (typeof second === 'object' && second !== null ? second : {}) as {
    offset?: number;
    length?: number;
    position?: number | null;
  };
  const offset = typeof second === 'number' ? second : (options.offset ?? 0);
  const length = typeof third === 'number' ? third : (options.length ?? bytes.byteLength - offset);
  const position = typeof fourth === 'number' ? fourth : (options.position ?? null);
  return [fd, bytes, offset, length >> 1, position, ...rest];
}

/** The first half of the parts of a `writev`. */
export function halfOf(parts: readonly Uint8Array[]): Uint8Array[] {
  const whole = Buffer.concat(parts);
  return [whole.subarray(0, whole.length >> 1)];
}

/** Blocks, as a call does that is slow and sync. */
export function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
