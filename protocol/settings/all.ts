import { DAEMON_SETTINGS } from './daemon.js';
import { LOCAL_SETTINGS } from './local.js';
import { SESSION_SETTINGS } from './session.js';
import type { Reader, Setting, ValueOf } from './setting.js';

/** Every setting there is, in the order of docs/CONFIGURATION.md. */
export const SETTINGS = { ...LOCAL_SETTINGS, ...SESSION_SETTINGS, ...DAEMON_SETTINGS };

export type SettingKey = keyof typeof SETTINGS;

/** The values of some settings. */
export type Values<Table extends Record<string, Setting>> = {
  -readonly [Key in keyof Table]: ValueOf<Table[Key]>;
};

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

export function settingOf(key: SettingKey): Setting {
  return SETTINGS[key];
}

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}

/** Which daemon it is: all that speak of it have to know these. */
export const PLACE_KEYS: readonly SettingKey[] = ['bridgeDir', 'host'];

/** The settings whose flags a kind of program takes. */
export function flagsOf(reader: Reader): SettingKey[] {
  return SETTING_KEYS.filter((key) => {
    const { readBy, flagOf = readBy } = settingOf(key);
    return flagOf.includes(reader);
  });
}
