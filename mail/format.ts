import { join } from 'node:path';
import { Cc2ccError } from '../protocol/errors.js';
import { INSTALL_LINE } from '../protocol/install-line.js';
import { isRecord } from '../protocol/json.js';
import { readOwnFile } from '../protocol/own-file.js';
import { createNew } from './create-new.js';

const MAX_BYTES = 4096;

/**
 * What leads from each form of the root to the next, in order. Each step ends by noting its number, so
 * that one which is cut off is begun again. The first comes from a root without a number, which is
 * the same but for that.
 */
const STEPS: readonly ((root: string) => void)[] = [noteFirst];

/** The form of the bridge root that this program reads and writes. */
export const FORMAT = STEPS.length;

export function formatPath(root: string): string {
  return join(root, 'format.json');
}

/**
 * Brings a root to the form of this program. For whoever has the root to itself: the daemon, before it
 * serves anybody.
 *
 * @throws Cc2ccError as {@link assertFormat}, E_STORE
 */
export function ensureFormat(root: string): void {
  assertFormat(root);
  for (const step of STEPS.slice(readFormat(root))) step(root);
}

/**
 * To be called before anything in a root is read or written. A root without a number, or none at all,
 * is good.
 *
 * @throws Cc2ccError E_FORMAT for a form that is newer than this program, or that makes no sense;
 *   E_UNSAFE for a file that is not the user's own
 */
export function assertFormat(root: string): void {
  const newer = newerFormat(root);
  if (newer === undefined) return;
  throw new Cc2ccError('E_FORMAT', newer, {
    hint: `Update cc2cc, in its newest clone: ${INSTALL_LINE}`,
  });
}

/**
 * In a sentence that the form is newer, if it is.
 *
 * @throws Cc2ccError E_FORMAT, E_UNSAFE for one that cannot be told
 */
export function newerFormat(root: string): string | undefined {
  const format = readFormat(root);
  return format > FORMAT
    ? `${formatPath(root)}: the files have form ${format}, and this cc2cc knows forms up to ${FORMAT}.`
    : undefined;
}

/** 0 where there is no number. */
function readFormat(root: string): number {
  const path = formatPath(root);
  const file = readOwnFile(path, MAX_BYTES, { privacy: 'tighten' });
  if (file.kind === 'missing') return 0;
  if (file.kind !== 'bytes') throw new Cc2ccError('E_UNSAFE', `${path}: ${file.reason}.`);
  let value: unknown;
  try {
    value = JSON.parse(file.bytes.toString());
  } catch {
    value = undefined; // said below
  }
  const format = isRecord(value) ? value['format'] : undefined;
  if (typeof format === 'number' && Number.isSafeInteger(format) && format >= 1) return format;
  throw new Cc2ccError('E_FORMAT', `${path} does not say which form the files have.`, {
    hint: `It should be {"format": ${FORMAT}} unless a newer cc2cc has been here; mend or remove it.`,
  });
}

/** Whole from the first moment: others read it while several of us make it. */
function noteFirst(root: string): void {
  createNew(formatPath(root), '{"format": 1}\n'); // where somebody was faster, it says the same
}
