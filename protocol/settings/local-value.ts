import { configPath, readConfigFile } from './file.js';
import { LOCAL_SETTINGS } from './local.js';
import { resolve, type Env, type Resolved } from './resolve.js';
import type { ValueOf } from './setting.js';

type LocalKey = keyof typeof LOCAL_SETTINGS;

/**
 * A setting that a process needs before it can ask a daemon. Read anew each time, at most one small
 * file: a session outlives many changes. Other keys of the file are not looked at, so that a mistake
 * in one of them keeps no session from its daemon.
 *
 * @throws Cc2ccError E_USAGE, E_STORE
 */
export function localValue<Key extends LocalKey>(
  key: Key,
  env: Env = process.env,
): ValueOf<(typeof LOCAL_SETTINGS)[Key]> {
  return resolveLocal(key, env).value as ValueOf<(typeof LOCAL_SETTINGS)[Key]>;
}

export function resolveLocal(key: LocalKey, env: Env = process.env): Resolved {
  const path = configPath();
  return resolve(key, LOCAL_SETTINGS[key], env, { path, read: () => readConfigFile(path) });
}
