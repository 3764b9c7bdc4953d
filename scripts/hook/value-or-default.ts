import { LOCAL_SETTINGS } from '../../protocol/settings/local.js';
import { localValue } from '../../protocol/settings/local-value.js';

/** A setting, or its default where it is wrong: a hook goes on, and `cc2cc config` says why. */
export function valueOrDefault<Key extends 'debug' | 'hookMs'>(
  key: Key,
): ReturnType<typeof localValue<Key>> {
  try {
    return localValue(key);
  } catch {
    return LOCAL_SETTINGS[key].default as ReturnType<typeof localValue<Key>>;
  }
}
