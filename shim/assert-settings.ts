import { LOCAL_SETTINGS } from '../protocol/settings/local.js';
import { resolve, type Env } from '../protocol/settings/resolve.js';
import { SESSION_SETTINGS } from '../protocol/settings/session.js';

/** What the file says of these the daemon checks. */
const NO_FILE = { path: '', read: () => ({}) };

/**
 * Whether the session's own settings can be meant. `CC2CC_TRANSCRIPT=no` must not be taken for `on`
 * because it is not `off`.
 *
 * @throws Cc2ccError E_USAGE that names the variable
 */
export function assertSettings(env: Env = process.env): void {
  const { debug } = LOCAL_SETTINGS;
  for (const [key, setting] of Object.entries({ debug, ...SESSION_SETTINGS })) {
    resolve(key, setting, env, NO_FILE);
  }
}
