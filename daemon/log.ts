import { chmodSync, renameSync, statSync } from 'node:fs';
import { pino, destination, type Logger } from 'pino';
import { errnoOf, storeError } from '../protocol/errors.js';
import type { Config } from '../protocol/config.js';
import { patiently } from '../protocol/patiently.js';

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
 * @throws Cc2ccError E_STORE
 */
export function openLog(path: string, config: Pick<Config, 'logLevel' | 'logBytes'>): LogFile {
  let stream;
  try {
    stream = destination({ dest: path, sync: true, append: true, mode: 0o600 });
    chmodSync(path, 0o600); // an older file may have come with another mode
  } catch (error) {
    throw storeError('write the log', path, error);
  }
  // A full disk must not take the daemon down with it: losing log lines is the lesser evil.
  stream.on('error', () => undefined);
  const log = pino(
    {
      level: config.logLevel,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    stream,
  );
  const rotateIfFull = (): void => {
    try {
      if (statSync(path).size < config.logBytes) return;
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
