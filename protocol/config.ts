import { Cc2ccError } from './errors.js';
import { nearNames } from './names.js';
import {
  isSettingKey,
  SETTING_KEYS,
  settingOf,
  SETTINGS,
  type SettingKey,
  type Values,
} from './settings/all.js';
import { DAEMON_SETTINGS } from './settings/daemon.js';
import { readConfigFile } from './settings/file.js';
import { checked, resolve, type Env, type Resolved } from './settings/resolve.js';
import { SESSION_SETTINGS } from './settings/session.js';

const { name: _name, ...SESSION_DEFAULTS } = SESSION_SETTINGS;
const CONFIG_SETTINGS = { ...SESSION_DEFAULTS, ...DAEMON_SETTINGS };

/** What the daemon works by; `lanes`, `transcript` and `presence` where a session says nothing. */
export type Config = Values<typeof CONFIG_SETTINGS>;

/** The keys of {@link Config}. */
export const CONFIG_KEYS = Object.keys(CONFIG_SETTINGS) as (keyof Config)[];

/** What applies of one setting. */
export type Explained = { key: SettingKey } & Resolved;

/**
 * The configuration from the file at `path` and the environment. The whole file is checked, with what
 * others read of it.
 *
 * @throws Cc2ccError E_USAGE that names the variable, or the file and key at fault; E_STORE
 */
export function loadConfig(path: string, env: Env = process.env): Config {
  const file = loadConfigFile(path);
  const source = { path, read: () => file };
  return Object.fromEntries(
    CONFIG_KEYS.map((key) => [key, resolve(key, SETTINGS[key], env, source).value]),
  ) as Config;
}

/**
 * What applies of every setting in this environment, and where it is from.
 *
 * @throws Cc2ccError as {@link loadConfig}
 */
export function explainConfig(path: string, env: Env = process.env): Explained[] {
  const file = loadConfigFile(path);
  const source = { path, read: () => file };
  return SETTING_KEYS.map((key) => ({ key, ...resolve(key, settingOf(key), env, source) }));
}

/**
 * What the file says, every key and value of it checked.
 *
 * @throws Cc2ccError E_USAGE that names file and key, E_STORE
 */
export function loadConfigFile(path: string): Record<string, unknown> {
  const file = readConfigFile(path);
  for (const [key, value] of Object.entries(file)) checkEntry(path, key, value);
  return file;
}

/** @throws Cc2ccError E_USAGE for a key that is unknown or may not be in the file, or a wrong value */
export function checkEntry(path: string, key: string, value: unknown): void {
  if (!isSettingKey(key)) throw unknownKey(key, path);
  const setting = settingOf(key);
  if (setting.notInFile !== undefined) {
    throw new Cc2ccError('E_USAGE', `${path}: ${key} cannot be set here: ${setting.notInFile}.`, {
      hint: `Use ${setting.variables[0]} or ${setting.flag}.`,
    });
  }
  checked(setting, value, `${path}: ${key}`);
}

/** The error for a key that is none, with the one that was meant. */
export function unknownKey(key: string, path?: string): Cc2ccError {
  const where = path === undefined ? '' : `${path}: `;
  const [near] = nearNames(key, SETTING_KEYS, 1);
  return new Cc2ccError('E_USAGE', `${where}there is no setting ${JSON.stringify(key)}.`, {
    hint: near === undefined ? 'For all of them: cc2cc config' : `Did you mean ${near}?`,
  });
}
