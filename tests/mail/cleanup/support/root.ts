import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { cleanUp, type CleanupOrder } from '../../../../mail/cleanup/clean-up.js';
import { writeCard } from '../../../../mail/card.js';
import { ensureMailbox } from '../../../../mail/deliver.js';
import type { CleanupReport } from '../../../../protocol/cleanup-report.js';
import { createMessage, encodeMessage, type Draft } from '../../../../protocol/envelope.js';
import { heartbeatPath, type Heartbeat } from '../../../../protocol/heartbeat.js';
import { mailboxPaths, type MailboxPaths } from '../../../../protocol/paths.js';
import { tempFolder } from '../../../protocol/support/temp-folder.js';

export const DAY = 24 * 60 * 60 * 1000;

/** Which host a cleanup takes itself to be on. */
export const HOST = 'here';

/** A bridge root of files alone. Times that no test can set are what the clock says, so `now` moves. */
export class Root {
  readonly path: string;

  constructor(t: TestContext) {
    this.path = tempFolder(t);
  }

  mailbox(name: string): MailboxPaths {
    const paths = mailboxPaths(this.path, name);
    ensureMailbox(paths);
    return paths;
  }

  /** Puts a message there as it lies after it has been delivered, or seen, or expired. */
  put(name: string, folder: 'inbox' | 'done', fields: Partial<Draft> & { id: string }): string {
    const draft = { from: 'ann', to: name, text: 'hello', ...fields };
    const path = join(this.mailbox(name)[folder], `${fields.id}.json`);
    writeFileSync(path, encodeMessage(createMessage(draft)));
    return path;
  }

  receipt(name: string, id: string): string {
    return this.write(`to-${name}/receipts/${id}.receipt.json`, `{"msg_id":"${id}"}`);
  }

  heartbeat(name: string, fields: Partial<Heartbeat> = {}): void {
    const timestamp = new Date().toISOString();
    const heartbeat = { agent: name, timestamp, status: 'offline', host: HOST, ...fields };
    mkdirSync(join(this.path, 'status'), { recursive: true });
    writeFileSync(heartbeatPath(this.path, name), JSON.stringify(heartbeat));
  }

  card(name: string, renamedTo?: string): void {
    mkdirSync(join(this.path, 'agents'), { recursive: true });
    writeCard(this.path, { name, ...(renamedTo === undefined ? {} : { renamed_to: renamedTo }) });
  }

  lease(name: string, holder: object = {}): void {
    this.write(`leases/${name}/3.json`, JSON.stringify(holder));
  }

  write(path: string, text: string): string {
    const file = join(this.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  link(from: string, to: string): void {
    linkSync(from, to);
  }

  /** Cleans up as if so many days had passed. */
  clean(days: number, order: Partial<CleanupOrder> = {}): Promise<CleanupReport> {
    return cleanUp({
      root: this.path,
      host: HOST,
      keepDays: 7,
      dryRun: false,
      now: Date.now() + days * DAY,
      isAttached: () => false,
      breathe: () => Promise.resolve(),
      ...order,
    });
  }

  /** Every path below the root with what is in it. */
  listing(): Record<string, string> {
    const names = readdirSync(this.path, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(
      names.map((name) => {
        const stats = lstatSync(join(this.path, name));
        const content = stats.isFile() ? readFileSync(join(this.path, name), 'utf8') : '';
        return [name, `${stats.ino} ${stats.mode} ${stats.mtimeMs} ${content}`];
      }),
    );
  }

  paths(): string[] {
    return Object.keys(this.listing());
  }
}

/** `{done: 2}`: how many of which kind. */
export function countsOf({ kinds }: CleanupReport): Record<string, number> {
  return Object.fromEntries(kinds.map(({ kind, count }) => [kind, count]));
}
