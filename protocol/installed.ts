import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Cc2ccError } from './errors.js';
import { INSTALL_LINE } from './install-line.js';
import { isRecord } from './json.js';

/** The daemon's program, beside this one. The path outlives an update in place. */
export const DAEMON = fileURLToPath(new URL('../daemon/main.js', import.meta.url));

const PACKAGE = new URL('../../package.json', import.meta.url);

/**
 * The version that is installed now where this program was. It is another than {@link version} after
 * an update in place, and undefined where the files are gone or are just being replaced.
 */
export function installedVersion(): string | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(PACKAGE, 'utf8'));
    const text = isRecord(found) ? found['version'] : undefined;
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined; // gone, or half there
  }
}

/** @throws Cc2ccError E_START when what a start needs has been removed under this process */
export function assertInstalled(): void {
  if (!existsSync(DAEMON)) {
    throw new Cc2ccError('E_START', `The files of cc2cc are gone: there is no ${DAEMON}.`, {
      hint: `Install it again, in a clone of it: ${INSTALL_LINE}. If it is elsewhere now, restart the session.`,
    });
  }
  if (!existsSync(process.execPath)) {
    throw new Cc2ccError('E_START', `Node is gone: there is no ${process.execPath}.`, {
      hint: 'It was updated or removed. Restart the session.',
    });
  }
}
