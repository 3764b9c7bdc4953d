import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { Cc2ccError, errnoOf, storeError } from '../errors.js';
import { isRecord } from '../json.js';

/** The one `config.json` of this user; it counts for all bridge roots. */
export function configPath(): string {
  // Without the suffix option env-paths would append "-nodejs".
  return join(envPaths('cc2cc', { suffix: '' }).config, 'config.json');
}

/**
 * What is in the file, unchecked; nothing where there is none.
 *
 * @throws Cc2ccError E_USAGE for what is no JSON object, E_STORE for what cannot be read
 */
export function readConfigFile(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return {};
    if (!(error instanceof SyntaxError)) throw storeError('read the configuration', path, error);
    throw new Cc2ccError('E_USAGE', `${path} is not JSON: ${error.message}.`, {
      hint: 'Mend the file.',
      cause: error,
    });
  }
  if (isRecord(value)) return value;
  throw new Cc2ccError('E_USAGE', `${path} is not a JSON object.`, { hint: 'Mend the file.' });
}
