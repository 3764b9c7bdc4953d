import fc from 'fast-check';
import type { ServiceSpec } from '../../../service/manager.js';

/** A service of the default root on a Mac. */
export function macSpec(changes: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    node: '/usr/local/bin/node',
    daemon: '/usr/local/lib/node_modules/cc2cc/dist/daemon/main.js',
    key: '',
    root: '/Users/ann/.cc2cc',
    home: '/Users/ann',
    state: '/Users/ann/Library/Application Support/cc2cc/hosts/mac/0123456789ab',
    logFolder: '/Users/ann/Library/Logs/cc2cc',
    errorLog: '/Users/ann/Library/Logs/cc2cc/daemon.err',
    environment: { CC2CC_BRIDGE_DIR: '/Users/ann/.cc2cc' },
    user: 'ann',
    uid: 501,
    ...changes,
  };
}

/** The same on Windows. */
export function windowsSpec(changes: Partial<ServiceSpec> = {}): ServiceSpec {
  const local = 'C:\\Users\\ann\\AppData\\Local\\cc2cc';
  return {
    node: 'C:\\Program Files\\nodejs\\node.exe',
    daemon: 'C:\\Users\\ann\\AppData\\Roaming\\npm\\node_modules\\cc2cc\\dist\\daemon\\main.js',
    key: '',
    root: 'C:\\Users\\ann\\.cc2cc',
    home: 'C:\\Users\\ann',
    state: `${local}\\Data\\hosts\\PC\\0123456789ab`,
    logFolder: `${local}\\Log`,
    errorLog: `${local}\\Log\\daemon.err`,
    environment: { CC2CC_BRIDGE_DIR: 'C:\\Users\\ann\\.cc2cc' },
    user: 'PC\\ann',
    uid: -1,
    ...changes,
  };
}

/** Text that a path may hold, with all that means something to a reader of XML or a command line. */
export function pathText(signs: string): fc.Arbitrary<string> {
  const sign = fc.oneof(fc.constantFrom(...signs), fc.string({ unit: 'grapheme', maxLength: 1 }));
  return fc
    .array(sign, { minLength: 1, maxLength: 30 })
    .map((all) => all.join(''))
    .filter((text) => !CONTROL.test(text) && text.isWellFormed());
}

// eslint-disable-next-line no-control-regex -- it is these that are refused
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\uFFFE\uFFFF]/;
