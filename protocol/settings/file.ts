import { constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { closeQuietly } from '../close-quietly.js';
import envPaths from 'env-paths';
import { Cc2ccError, errnoOf, storeError } from '../errors.js';
import { isRecord } from '../json.js';
import { isOwn } from '../own-file.js';

/** The one `config.json` of this user; it counts for all bridge roots. */
export function configPath(): string {
  // Without the suffix option env-paths would append "-nodejs".
  return join(envPaths('cc2cc', { suffix: '' }).config, 'config.json');
}

/** All settings with a comment each would have some 10,000. */
const MAX_BYTES = 1024 * 1024;

/** Without waiting for the other end of a FIFO; Windows has no flag for it. */
const FLAGS = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * What is in the file, unchecked; nothing where there is none.
 *
 * @throws Cc2ccError E_USAGE for what is no JSON object, E_STORE for what cannot be read, E_UNSAFE for what
 *   others may have written
 */
export function readConfigFile(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(textOf(path).replace(/^\uFEFF/, ''));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return {};
    if (error instanceof Cc2ccError) throw error;
    if (!(error instanceof SyntaxError)) throw storeError('read the configuration', path, error);
    throw new Cc2ccError('E_USAGE', `${path} is not JSON: ${error.message}.`, {
      hint: 'Mend the file.',
      cause: error,
    });
  }
  if (isRecord(value)) return value;
  throw new Cc2ccError('E_USAGE', `${path} is not a JSON object.`, { hint: 'Mend the file.' });
}

/**
 * It may be a link, as in a folder of dotfiles, also to a file that the system's owner keeps for the user;
 * what counts is who may write the file itself. Every session and command waits for this.
 */
function textOf(path: string): string {
  const fd = openSync(path, FLAGS);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw unreadable(`${path} is not a regular file.`);
    assertOurs(path, stats);
    if (stats.size <= MAX_BYTES) return readFileSync(fd, 'utf8');
    throw unreadable(`${path} has ${stats.size} bytes, more than ${MAX_BYTES}.`);
  } finally {
    closeQuietly(fd);
  }
}

function assertOurs(path: string, stats: Stats): void {
  if (process.platform === 'win32') return;
  const isTrusted = isOwn(stats) || stats.uid === 0;
  if (isTrusted && (stats.mode & 0o002) === 0) return;
  throw new Cc2ccError(
    'E_UNSAFE',
    isTrusted
      ? `${path} has mode ${(stats.mode & 0o7777).toString(8)}: others may write to it.`
      : `${path} belongs to user ${stats.uid}, not to you.`,
    {
      hint: isTrusted
        ? `Look what is in it, then mend it: chmod go-w '${path}'`
        : `Look what is in it, then make it yours: sudo chown "$USER" '${path}'`,
    },
  );
}

function unreadable(message: string): Cc2ccError {
  return new Cc2ccError('E_STORE', message, { hint: 'Mend the file.' });
}
