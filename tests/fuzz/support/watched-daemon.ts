import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, type OwnDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import type { Sandbox } from '../../support/sandbox.js';
import type { Heap } from './heap-probe.js';

/** Whoever was cut off is let go after a tenth of a second; a loaded machine takes longer. */
const SETTLED_MS = 20_000;

/** A daemon that can be asked what it holds. */
export class WatchedDaemon {
  readonly #heapFile: string;

  private constructor(
    readonly daemon: OwnDaemon,
    private readonly sandbox: Sandbox,
    heapFile: string,
  ) {
    this.#heapFile = heapFile;
  }

  static async start(sandbox: Sandbox): Promise<WatchedDaemon> {
    const heapFile = join(sandbox.dir, 'heap.json');
    const probe = new URL('heap-probe.js', import.meta.url).href;
    const daemon = await startDaemon(sandbox, {
      CC2CC_TEST_HEAP: heapFile,
      NODE_OPTIONS: `--import=${probe}`,
    });
    return new WatchedDaemon(daemon, sandbox, heapFile);
  }

  get pid(): number {
    return this.daemon.rendezvous.pid;
  }

  /** What is left of its memory when all garbage has been collected. */
  async heap(): Promise<Heap> {
    rmSync(this.#heapFile, { force: true });
    process.kill(this.pid, 'SIGUSR2');
    return until(
      () => JSON.parse(readFileSync(this.#heapFile, 'utf8')) as Heap,
      'heap',
      SETTLED_MS,
    );
  }

  /** What the process has open, by descriptor; empty where the system does not say. */
  openFiles(): Map<string, string> {
    if (process.platform !== 'linux') return new Map();
    const folder = `/proc/${this.pid}/fd`;
    return new Map(readdirSync(folder).map((fd) => [fd, targetOf(join(folder, fd))]));
  }

  /** Waits until no more is open than before. */
  async settled(before: ReadonlyMap<string, string>): Promise<void> {
    let now = before;
    try {
      await until(
        () => (now = this.openFiles()).size <= before.size,
        `return to ${before.size} open files`,
        SETTLED_MS,
      );
    } catch (error) {
      const more = [...now].filter(([fd]) => !before.has(fd)).map((entry) => entry.join(': '));
      throw new Error(`Still open: ${more.join(', ')}`, { cause: error });
    }
  }

  /** Bytes of the log, the one that was set aside included. */
  logBytes(): number {
    const { log } = this.sandbox.hostPaths();
    return [log, `${log}.1`]
      .map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size, 0);
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return 'closed meanwhile';
  }
}
