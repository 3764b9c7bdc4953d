/** What can be seen of the processes of a sandbox from outside; Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Sandbox } from '../../../support/sandbox.js';
import { processesIn } from '../../../support/processes.js';

/** A process at one moment. */
export interface Seen {
  pid: number;
  commandLine: string;
  environment: string;
  /** Inodes of its sockets. */
  sockets: string[];
}

/** Looks at all processes of a sandbox again and again, until it is stopped. */
export class Lookout {
  /** By pid and command line: what one process was in its life. */
  readonly seen = new Map<string, Seen>();
  /** Inodes of sockets of any of them. */
  readonly sockets = new Set<string>();
  /** Lines of the system's tables of internet sockets that were theirs. */
  readonly internet = new Set<string>();
  /** Lines of the table of unix sockets that were theirs. */
  readonly unix = new Set<string>();
  readonly #sandbox: Sandbox;
  readonly #timer: NodeJS.Timeout;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.#timer = setInterval(() => {
      this.look();
    }, 10);
  }

  look(): void {
    const inodes = new Set<string>();
    for (const pid of processesIn(this.#sandbox.env)) {
      const seen = look(pid);
      if (seen === undefined || pid === process.pid) continue;
      this.seen.set(`${pid} ${seen.commandLine}`, seen);
      for (const inode of seen.sockets) inodes.add(inode);
    }
    for (const inode of inodes) this.sockets.add(inode);
    for (const table of ['tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'raw', 'raw6', 'packet']) {
      note(table, 9, inodes, this.internet);
    }
    note('unix', 6, inodes, this.unix);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.look();
  }
}

function note(table: string, column: number, inodes: Set<string>, found: Set<string>): void {
  for (const line of textOf(`/proc/net/${table}`).split('\n').slice(1)) {
    const words = line.trim().split(/\s+/);
    if (inodes.has(words[column] ?? '')) found.add(`${table}: ${words.join(' ')}`);
  }
}

function look(pid: number): Seen | undefined {
  const commandLine = textOf(`/proc/${pid}/cmdline`);
  if (commandLine === '') return undefined; // it has ended
  const sockets = filesOf(pid).flatMap((file) => /^socket:\[(\d+)\]$/.exec(file)?.[1] ?? []);
  return { pid, commandLine, environment: textOf(`/proc/${pid}/environ`), sockets };
}

function filesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return ''; // closed since
      }
    });
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // a process that has ended, or a table that this system has not
  }
}
