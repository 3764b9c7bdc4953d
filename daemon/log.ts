import { closeSync, lstatSync, renameSync } from 'node:fs';
import { pino, destination, type Logger } from 'pino';
import { Cc2ccError, errnoOf, storeError } from '../protocol/errors.js';
import type { Config } from '../protocol/config.js';
import { openOwn } from '../protocol/open-own.js';
import { patiently } from '../protocol/patiently.js';
import { repeatFilter } from './log-repeats.js';

export type Log = Logger;

/** The daemon's log and the means to keep it small. */
export interface LogFile {
  log: Log;
  /** Sets a full file aside as `<path>.1` (replacing the one before) and begins a new one. */
  rotateIfFull: () => void;
}

/**
 * Opens the log, 0600. It never holds message text: callers log ids, names, sizes and reasons.
 * Written synchronously: a few lines a minute, and none is lost in a crash.
 *
 * @throws Cc2ccError E_STORE, E_UNSAFE
 */
export function openLog(path: string, config: Pick<Config, 'logLevel' | 'logBytes'>): LogFile {
  let stream;
  try {
    closeSync(openOwn(path, 'append')); // not through a link, and an older file may have another mode
    stream = destination({ dest: path, sync: true, append: true, mode: 0o600 });
  } catch (error) {
    if (error instanceof Cc2ccError) throw error;
    throw storeError('write the log', path, error);
  }
  // A full disk must not take the daemon down with it: losing log lines is the lesser evil.
  stream.on('error', () => undefined);
  const isRepeat = repeatFilter();
  const log = pino(
    {
      level: config.logLevel,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: {
        logMethod(args, method) {
          const leftOut = isRepeat(args);
          if (leftOut === undefined) return;
          if (leftOut > 0) Object.assign(args[0] as object, { leftOut });
          method.apply(this, args);
        },
      },
    },
    stream,
  );
  const rotateIfFull = (): void => {
    try {
      if (lstatSync(path).size < config.logBytes) return;
      patiently(() => renameSync(path, `${path}.1`));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') {
        log.warn({ err: error }, 'the log cannot be rotated');
        return;
      }
    }
    stream.reopen();
  };
  return { log, rotateIfFull };
}
