import { mkdirSync, readdirSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const STALE_MS = 15_000;

export interface OriginalHeartbeat {
  agent: string;
  name?: string;
  timestamp: string;
  heartbeat?: string;
  session_id: string;
  parent_pid: string | number;
  status: string;
  context: string;
}

/** Who is there, as the original knows it: by the heartbeats alone. */
export class OriginalPresence {
  readonly #root: string;
  readonly #name: string;
  readonly #clientPid: number;

  constructor(root: string, name: string, clientPid: number) {
    this.#root = root;
    this.#name = name;
    this.#clientPid = clientPid;
    mkdirSync(join(root, 'status'), { recursive: true });
  }

  beat(status: 'active' | 'offline', context: string): void {
    const now = new Date().toISOString();
    this.#write({
      agent: this.#name,
      name: this.#name,
      timestamp: now,
      heartbeat: now,
      session_id: String(process.pid),
      parent_pid: String(this.#clientPid),
      status,
      context,
    });
  }

  /** What it leaves when it ends in disorder: no name, and the pid is a number. */
  farewell(): void {
    this.#write({
      agent: this.#name,
      timestamp: new Date().toISOString(),
      session_id: 'none',
      parent_pid: this.#clientPid,
      status: 'offline',
      context: 'process exited',
    });
  }

  isOnline(name: string): boolean {
    const found = this.#read(`${name}-heartbeat.json`);
    return found?.status === 'active' && Date.now() - Date.parse(found.timestamp) <= STALE_MS;
  }

  online(): string[] {
    return this.#files()
      .map((file) => file.slice(0, -'-heartbeat.json'.length))
      .filter((name) => this.isOnline(name))
      .sort();
  }

  /** What it does at its start: heartbeats of the inactive, also of its own client, and empty mailboxes. */
  cleanUp(): void {
    for (const file of this.#files()) {
      const found = this.#read(file);
      const name = file.slice(0, -'-heartbeat.json'.length);
      if (!this.isOnline(name) || String(found?.parent_pid) === String(this.#clientPid)) {
        rmSync(join(this.#root, 'status', file), { force: true });
      }
    }
    for (const folder of readdirSync(this.#root)) {
      if (!folder.startsWith('to-') || folder === `to-${this.#name}`) continue;
      const path = join(this.#root, folder);
      const entries = readdirSync(path, { recursive: true, withFileTypes: true });
      if (entries.every((entry) => entry.isDirectory())) removeEmpty(path);
    }
  }

  #files(): string[] {
    return readdirSync(join(this.#root, 'status')).filter((file) =>
      file.endsWith('-heartbeat.json'),
    );
  }

  #read(file: string): OriginalHeartbeat | undefined {
    try {
      const text = readFileSync(join(this.#root, 'status', file), 'utf8');
      return JSON.parse(text) as OriginalHeartbeat;
    } catch {
      return undefined; // not there, or torn
    }
  }

  #write(heartbeat: OriginalHeartbeat): void {
    const path = join(this.#root, 'status', `${this.#name}-heartbeat.json`);
    writeFileSync(path, JSON.stringify(heartbeat, null, 2));
  }
}

/** A file that comes in between stays. */
function removeEmpty(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmpty(join(path, entry.name));
  }
  try {
    rmdirSync(path);
  } catch {
    // not empty any more
  }
}
