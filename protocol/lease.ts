import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Cc2ccError, errnoOf, storeError } from './errors.js';
import { isRecord } from './json.js';
import { linkOrCreate } from './link-or-create.js';
import { listFolder } from './list-folder.js';
import { makeFolder } from './make-folder.js';
import { readOwnFile } from './own-file.js';
import { secureFolder } from './own-folder.js';
import { replaceFile } from './replace-file.js';

/**
 * Leases without native locks. A lease is a folder of numbered files; the highest number is in
 * force. Taking it over means creating the next number with `link`, which exactly one can do, so no
 * stale lease is ever unlinked under somebody's feet: the race that "remove the stale lock, then
 * create mine" loses. The number in force is never removed, only marked as released, hence a
 * latecomer with an old listing creates a number that is no longer the highest and withdraws.
 */
export interface Lease<Holder extends object> {
  holder: Holder;
  /** Gives the lease back. Harmless when another has taken it over meanwhile. */
  release: () => void;
}

export type Acquired<Holder extends object> =
  { ok: true; lease: Lease<Holder> } | { ok: false; holder: Holder };

/** More than all who could contend at once. */
const MAX_ATTEMPTS = 1000;

/** A holder has some 300. */
const MAX_BYTES = 64 * 1024;

const FILE = /^(\d{1,15})\.json$/;

/**
 * Takes the lease in `folder` unless somebody holds it.
 *
 * @param mayTakeOver says of a holder found in force whether it is gone (or is ourselves)
 * @throws Cc2ccError E_STORE when the folder cannot be written, E_UNSAFE when it is not ours alone
 */
export function acquireLease<Holder extends object>(
  folder: string,
  holder: Holder,
  mayTakeOver: (other: Holder) => boolean,
): Acquired<Holder> {
  const own = join(folder, `.${randomUUID()}.tmp`);
  try {
    writeOwn(folder, own, holder);
    try {
      return contend(folder, own, holder, mayTakeOver);
    } finally {
      rmSync(own, { force: true });
    }
  } catch (error) {
    if (error instanceof Cc2ccError) throw error;
    throw storeError('take the lease', folder, error);
  }
}

/** Who holds the lease in `folder`, if anybody. */
export function leaseHolder<Holder extends object>(folder: string): Holder | undefined {
  const highest = numbersIn(folder)[0];
  return highest === undefined ? undefined : readHolder<Holder>(folder, highest);
}

/** With a file of ours in it nobody can remove the folder, which a cleanup may do until then. */
function writeOwn(folder: string, own: string, holder: object): void {
  for (let attempt = 1; ; attempt += 1) {
    secureFolder(dirname(folder));
    makeFolder(folder);
    secureFolder(folder);
    try {
      writeFileSync(own, encode(holder), { mode: 0o600, flag: 'wx' });
      return;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

function contend<Holder extends object>(
  folder: string,
  own: string,
  holder: Holder,
  mayTakeOver: (other: Holder) => boolean,
): Acquired<Holder> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const highest = numbersIn(folder)[0] ?? 0;
    const other = readHolder<Holder>(folder, highest);
    if (other !== undefined && !mayTakeOver(other)) return { ok: false, holder: other };
    const number = highest + 1;
    const file = join(folder, `${number}.json`);
    if (!linkOrCreate(own, file, encode(holder))) continue; // somebody was faster: look again
    const [first, ...older] = numbersIn(folder);
    if (first !== number) {
      // Our listing was old: a higher number exists, ours is void.
      rmSync(file, { force: true });
      continue;
    }
    for (const old of older) rmSync(join(folder, `${old}.json`), { force: true });
    return { ok: true, lease: { holder, release: () => release(folder, number) } };
  }
  // Each attempt that fails means that another's has not, unless the numbers make no sense.
  throw new Error(`no number could be taken in ${MAX_ATTEMPTS} attempts`);
}

/** Marks the number as free. The file stays: it keeps the count. */
function release(folder: string, number: number): void {
  const file = join(folder, `${number}.json`);
  try {
    if (numbersIn(folder)[0] === number) replaceFile(file, '{}\n', { fsync: false });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw storeError('release the lease', file, error);
  }
}

/** The numbers in force or left over, highest first. */
function numbersIn(folder: string): number[] {
  return listFolder(folder)
    .flatMap((file) => FILE.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

/** The holder in a numbered file; undefined for a released, vanished or unreadable one. */
function readHolder<Holder extends object>(folder: string, number: number): Holder | undefined {
  const path = join(folder, `${number}.json`);
  const file = readOwnFile(path, MAX_BYTES);
  // What we cannot read may be held.
  if (file.kind === 'missing') return undefined;
  if (file.kind !== 'bytes') throw new Cc2ccError('E_UNSAFE', `${path}: ${file.reason}.`);
  try {
    const value: unknown = JSON.parse(file.bytes.toString());
    return isRecord(value) && Object.keys(value).length > 0 ? (value as Holder) : undefined;
  } catch {
    return undefined; // torn by a power cut: nobody can prove to hold it
  }
}

function encode(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
