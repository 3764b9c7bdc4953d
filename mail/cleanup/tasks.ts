import { rmdirSync, unlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { listFolder } from '../../protocol/list-folder.js';
import { ownFile } from '../own-file.js';
import { isOwnFolder, taskFolder, taskIds } from '../tasks/paths.js';
import { TaskStore } from '../tasks/store.js';
import { answerableIds } from './answerable.js';
import { isOver, spanOf, type Item, type Scene } from './scene.js';

/** Event files, and what a writer that died has left. */
const OURS = /^(?:\d{1,6}\.json|\.[0-9a-f-]{36}\.tmp)$/;

/**
 * Tasks that have ended, and folders of which a cleanup that was broken off has left a part. One stays
 * as long as a message of it can be taken in or answered: that would begin it anew.
 */
export async function* taskItems(scene: Scene): AsyncGenerator<Item> {
  const store = new TaskStore(scene.root);
  const over = new Map<string, { bytes: number; messages: string[] }>();
  for (const id of taskIds(scene.root)) {
    await scene.breathe();
    const bytes = bytesOf(scene, store, id);
    if (bytes === undefined) continue;
    over.set(id, { bytes, messages: Object.values(store.read(id)?.messages ?? {}) });
  }
  if (over.size === 0) return;
  const wanted = new Set([...over.values()].flatMap(({ messages }) => messages));
  const answerable = await answerableIds(scene, wanted);
  for (const [id, { bytes, messages }] of over) {
    if (messages.some((message) => answerable.has(message))) continue;
    yield {
      kind: 'task',
      path: relative(scene.root, taskFolder(scene.root, id)),
      bytes,
      why: `ended more than ${spanOf(scene.keepMs)} ago`,
      remove: () => bytesOf(scene, store, id) !== undefined && remove(taskFolder(scene.root, id)),
    };
  }
}

/** @returns undefined for a task that stays */
function bytesOf(scene: Scene, store: TaskStore, id: string): number | undefined {
  const folder = taskFolder(scene.root, id);
  if (!isOwnFolder(folder)) return undefined;
  const files = listFolder(folder).map((file) => ({ file, stats: ownFile(join(folder, file)) }));
  if (files.some(({ file, stats }) => !OURS.test(file) || stats === undefined)) return undefined;
  const task = store.read(id);
  if (task !== undefined && (task.endedAt === null || !isOver(scene, Date.parse(task.endedAt)))) {
    return undefined;
  }
  // What somebody says of a time is not enough: nothing may have been written since then either.
  if (files.some(({ stats }) => stats !== undefined && !isOver(scene, stats.mtimeMs))) {
    return undefined;
  }
  return files.reduce((sum, { stats }) => sum + (stats?.size ?? 0), 0);
}

/** The first event first: without it nobody takes the rest for a task that has not ended. */
function remove(folder: string): boolean {
  const numberOf = (file: string): number => Number.parseInt(file, 10) || 0;
  for (const file of listFolder(folder).sort((a, b) => numberOf(a) - numberOf(b))) {
    if (OURS.test(file)) unlinkSync(join(folder, file));
  }
  rmdirSync(folder);
  return true;
}
