import { checkEntry, loadConfigFile, unknownKey } from '../../protocol/config.js';
import { ExitCode, sentenceOf } from '../../protocol/errors.js';
import { isSettingKey, settingOf } from '../../protocol/settings/all.js';
import { configPath, readConfigFile } from '../../protocol/settings/file.js';
import { fromText } from '../../protocol/settings/setting.js';
import { configInForce } from './in-force.js';
import { underConfigLock } from './lock.js';
import { writeConfigFile } from './write-file.js';

/**
 * `cc2cc config set KEY VALUE` and `unset KEY`, which also takes out what does not belong there.
 *
 * @param text undefined to take the setting out
 * @throws Cc2ccError E_USAGE for an unknown key or a wrong value; E_STORE
 */
export async function editConfig(key: string, text: string | undefined): Promise<number> {
  const path = configPath();
  let changed = true;
  await underConfigLock(() => {
    if (text === undefined) changed = takeOut(path, key);
    else put(path, key, text);
  });
  if (changed) await sayWhatElse(path, key);
  return ExitCode.ok;
}

function put(path: string, key: string, text: string): void {
  const file = readConfigFile(path);
  const value = isSettingKey(key) ? fromText(settingOf(key).type, text) : text;
  checkEntry(path, key, value);
  writeConfigFile(path, { ...file, [key]: value });
  console.log(`${key} = ${String(value)} in ${path}.`);
}

/** @returns whether it was there */
function takeOut(path: string, key: string): boolean {
  const file = readConfigFile(path);
  if (Object.hasOwn(file, key)) {
    writeConfigFile(path, Object.fromEntries(Object.entries(file).filter(([one]) => one !== key)));
    console.log(`${key} taken out of ${path}.`);
    return true;
  }
  if (!isSettingKey(key)) throw unknownKey(key);
  console.error(`${key} is not in ${path}; nothing changed.`);
  return false;
}

/** What stands between the change and its effect. */
async function sayWhatElse(path: string, key: string): Promise<void> {
  try {
    loadConfigFile(path);
  } catch (error) {
    console.error(`Something else is wrong: ${sentenceOf(error)}`);
  }
  if (!isSettingKey(key)) return;
  const { variables, readBy } = settingOf(key);
  const variable = variables.find((name) => process.env[name]);
  if (variable !== undefined) console.error(`${variable} in the environment comes before it here.`);
  if (readBy.includes('daemon') && (await configInForce()) !== undefined) {
    console.error('The daemon that runs takes it up with: cc2cc-daemon restart');
  }
}
