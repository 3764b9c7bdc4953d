import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readJournal } from '../delivery.js';
import { ownFile, ownFolder, readOwnJson } from '../own-file.js';
import { bury, encodeTombstone, type Tombstone } from '../tombstone.js';
import { ID_PATTERN } from '../../protocol/ids.js';
import { mailboxPaths, type MailboxPaths } from '../../protocol/paths.js';
import { entriesOf } from './entries.js';
import { isOver, spanOf, type Item, type Scene } from './scene.js';
import { CLOCKS_DIFFER_MS, endedOf, untilOf } from './validity.js';
import { isAnythingAt } from '../../protocol/anything-at.js';

/** What becomes of a file in `done/` or `receipts/`. */
export type Fate = { act: 'remove'; kind: 'done' | 'tombstone'; bytes: number } | Burial;

interface Burial {
  act: 'bury';
  kind: 'done';
  bytes: number;
  stone: Tombstone;
}

/**
 * Messages that ended long enough ago, with their receipts. `done/` is also the memory that refuses a
 * message which is delivered again: one whose content could still be valid leaves a tombstone, or
 * stays until its ttl has passed.
 */
export async function* doneItems(scene: Scene, name: string): AsyncGenerator<Item> {
  const paths = mailboxPaths(scene.root, name);
  const takenBack = ofJournal(paths);
  for await (const file of listOwn(paths, 'done')) {
    await scene.breathe();
    const id = idOf(file, '.json');
    if (id === undefined) continue;
    const fate = fateOf(scene, paths, id, takenBack);
    if (fate === undefined) continue;
    const receipt = receiptOf(paths, id);
    yield {
      kind: fate.kind,
      path: relative(scene.root, join(paths.done, file)),
      bytes: fate.bytes + (ownFile(receipt)?.size ?? 0),
      why: whyOf(scene, fate),
      remove: async () => {
        const isStill = (): boolean => fateOf(scene, paths, id, takenBack)?.act === fate.act;
        if (!isStill()) return false;
        if (fate.act === 'remove') rmSync(join(paths.done, file));
        else if (!(await bury(paths, fate.stone, isStill))) return false;
        // After the message: a crash in between leaves a stray receipt, which goes in its time.
        if (ownFile(receipt) !== undefined) rmSync(receipt);
        return true;
      },
    };
  }
}

/** Receipts of messages that are not in `done/` any more. */
export async function* receiptItems(scene: Scene, name: string): AsyncGenerator<Item> {
  const paths = mailboxPaths(scene.root, name);
  for await (const file of listOwn(paths, 'receipts')) {
    await scene.breathe();
    const id = idOf(file, '.receipt.json');
    const size = id === undefined ? undefined : strayBytes(scene, paths, id);
    if (id === undefined || size === undefined) continue;
    yield {
      kind: 'receipt',
      path: relative(scene.root, join(paths.receipts, file)),
      bytes: size,
      why: `of a message that is gone; older than ${spanOf(scene.keepMs)}`,
      remove: () => {
        if (strayBytes(scene, paths, id) === undefined) return false;
        rmSync(join(paths.receipts, file));
        return true;
      },
    };
  }
}

/**
 * @param takenBack tells of an id whether its message waits again by its journal
 * @returns undefined for what stays
 */
export function fateOf(
  scene: Scene,
  paths: MailboxPaths,
  id: string,
  takenBack: (id: string) => boolean,
): Fate | undefined {
  const path = join(paths.done, `${id}.json`);
  const stats = ownFile(path);
  // Renaming a file sets this time, so it is when the message was moved to done/.
  if (stats === undefined || !isOver(scene, stats.ctimeMs)) return undefined;
  const ended = endedOf(readOwnJson(path), id);
  if (ended === undefined) return undefined;
  // One file in both, or a line without the deed: a crash while it was taken back. It waits.
  if (isAnythingAt(join(paths.inbox, `${id}.json`)) || takenBack(id)) return undefined;
  const { isTombstone, validUntil } = ended;
  if (validUntil <= scene.now) {
    return { act: 'remove', kind: isTombstone ? 'tombstone' : 'done', bytes: stats.size };
  }
  // One that was seen before it was sent, by its timestamp, would stay until then in full.
  const isEarly = ended.sentAt - stats.ctimeMs > CLOCKS_DIFFER_MS;
  if (isTombstone || (validUntil !== Infinity && !isEarly)) return undefined;
  const until = untilOf(ended);
  const at = new Date(Math.floor(stats.ctimeMs)).toISOString();
  const stone: Tombstone = { id, tombstone: true, at, ...(until === undefined ? {} : { until }) };
  const bytes = Math.max(0, stats.size - encodeTombstone(stone).length);
  return { act: 'bury', kind: 'done', bytes, stone };
}

/** Whether the folders `done/` and `receipts/` hold nothing but what goes. */
export async function leavesNothing(scene: Scene, paths: MailboxPaths): Promise<boolean> {
  const takenBack = ofJournal(paths);
  const goes = (id: string): boolean => fateOf(scene, paths, id, takenBack)?.act === 'remove';
  for await (const file of listOwn(paths, 'done')) {
    await scene.breathe();
    const id = idOf(file, '.json');
    if (id === undefined || !goes(id)) return false;
  }
  for await (const file of listOwn(paths, 'receipts')) {
    await scene.breathe();
    const id = idOf(file, '.receipt.json');
    if (id === undefined) return false;
    if (strayBytes(scene, paths, id) === undefined && !goes(id)) return false;
  }
  return true;
}

/** Bytes of a receipt that may go by itself. */
function strayBytes(scene: Scene, paths: MailboxPaths, id: string): number | undefined {
  const stats = ownFile(receiptOf(paths, id));
  if (stats === undefined || !isOver(scene, stats.ctimeMs)) return undefined;
  if (isAnythingAt(join(paths.inbox, `${id}.json`))) return undefined;
  const done = join(paths.done, `${id}.json`);
  const isGone = !isAnythingAt(done) || endedOf(readOwnJson(done), id)?.isTombstone === true;
  return isGone ? stats.size : undefined;
}

function whyOf({ keepMs }: Scene, fate: Fate): string {
  if (fate.kind === 'tombstone') return 'what it stands for is valid no more';
  const ended = `ended more than ${spanOf(keepMs)} ago`;
  return fate.act === 'remove' ? ended : `${ended}; its id stays known`;
}

/** Whether the journal says that a message waits again; read when it has changed since the last look. */
export function ofJournal({ journal }: MailboxPaths): (id: string) => boolean {
  let told: ReturnType<typeof readJournal> | undefined;
  let state: string | undefined;
  return (id) => {
    const stats = ownFile(journal);
    const now = `${stats?.ino} ${stats?.size} ${stats?.mtimeMs}`;
    if (told === undefined || now !== state) told = readJournal(journal);
    state = now;
    return told.get(id)?.history.at(-1)?.event === 'dropped';
  };
}

async function* listOwn(paths: MailboxPaths, folder: 'done' | 'receipts'): AsyncGenerator<string> {
  if (ownFolder(paths.dir) !== undefined) yield* entriesOf(paths[folder]);
}

function idOf(file: string, suffix: string): string | undefined {
  const id = file.endsWith(suffix) ? file.slice(0, -suffix.length) : '';
  return ID_PATTERN.test(id) ? id : undefined;
}

function receiptOf(paths: MailboxPaths, id: string): string {
  return join(paths.receipts, `${id}.receipt.json`);
}
