import type { ServiceKind } from '../protocol/service-marker.js';

export type { ServiceKind };

/** What a service is made from. All paths are absolute. */
export interface ServiceSpec {
  /** The Node program to run; see protocol/node-path.ts. */
  node: string;
  /** The daemon's entry point, `dist/daemon/main.js`. */
  daemon: string;
  /** `''` for the default bridge root; else the key of another one, as in the name of its log. */
  key: string;
  root: string;
  home: string;
  /** Folder of this host and root, `HostPaths.state`; the service runs in it. */
  state: string;
  /** Folder of the log, which must exist before the service manager opens a file in it. */
  logFolder: string;
  /** Where what a dying daemon prints goes, for managers that have no log of their own. */
  errorLog: string;
  /** Variables that the daemon must have to find the same places as who installed it. */
  environment: Readonly<Record<string, string>>;
  /** Login name; on Windows with its domain. */
  user: string;
  /** -1 where there is none. */
  uid: number;
}

/** Whether a file that lies where one of ours belongs is ours; `isOurs` of template.ts for most. */
export type OwnTest = (present: Buffer) => boolean;

/**
 * One step of a plan. Nothing else is done to the system, so a dry run shows all of it.
 *
 * What lies there already and is not ours by `ours` is never replaced or removed, unless the person
 * said `--force`; without `ours` the place itself is ours alone.
 */
export type Action =
  /** A folder, 0700, with those above it, where there is none. */
  | { do: 'folder'; path: string }
  | { do: 'write'; path: string; content: Buffer; mode: number; ours?: OwnTest }
  | { do: 'remove'; path: string; ours?: OwnTest }
  /** Removes a symbolic link that leads to `to`, and no other. */
  | { do: 'unlink'; path: string; to: string }
  | {
      do: 'run';
      /** Program and arguments; no shell. */
      argv: readonly string[];
      /** Ends it after so long; RUN_MS of run-command.ts unless told. */
      deadlineMs?: number;
      /** Runs it again and again until this says so; it fails when that is not so in `deadlineMs`. */
      until?: (code: number, output: string) => boolean;
      /** Failing is as good, such as stopping what does not run: says so of an exit code and output. */
      harmless?: (code: number, output: string) => boolean;
      /** What a failure means, and what to do: in the words of the person who installs. */
      explain?: (code: number, output: string) => { message: string; hint?: string } | undefined;
    };

/** What is known of the service, without changing anything. */
export interface ServiceState {
  kind: ServiceKind;
  /** Its name with the manager: unit, label or task. */
  name: string;
  /** The file that defines it, or where that would be. */
  path: string;
  installed: boolean;
  /** Whether the file is what would be written now; null when there is none. */
  current: boolean | null;
  /** Starts by itself at login (or boot); null: cannot be told. */
  enabled: boolean | null;
  /** Starts with the system, before any login, and outlives the last logout; null: cannot be told. */
  lingers: boolean | null;
  /** Runs now, by the manager; null: cannot be told. */
  active: boolean | null;
  /** Pid by the manager's account. */
  pid: number | null;
  /** What is wrong with it, as sentences with the mending command. */
  problems: string[];
}

/** Whether a service manager can be used here. */
export type Availability =
  { ok: true; notes: string[] } | { ok: false; why: string; hint?: string };

/** One system's way of running a program for a user. Makes plans; `execute.ts` carries them out. */
export interface ServiceManager {
  readonly kind: ServiceKind;
  /** Name of the service for this spec. */
  name: (spec: ServiceSpec) => string;
  /** The files of the service: what `--print` shows, on any system. */
  render: (spec: ServiceSpec) => { path: string; content: Buffer; mode: number }[];
  available: (spec: ServiceSpec) => Promise<Availability>;
  /** Makes it known and starting by itself from the next login on; does not start it now. */
  install: (spec: ServiceSpec) => Action[];
  start: (spec: ServiceSpec) => Action[];
  stop: (spec: ServiceSpec) => Action[];
  /** Stops it and leaves nothing of it. */
  uninstall: (spec: ServiceSpec) => Action[];
  /** Starting by itself, on and off, without removing it. */
  enable: (spec: ServiceSpec) => Action[];
  disable: (spec: ServiceSpec) => Action[];
  /**
   * Has it start with the system, before any login, and outlive the last logout. It needs the
   * administrator's leave on some machines. Absent where a manager knows no such thing.
   */
  linger?: (spec: ServiceSpec) => Action[];
  state: (spec: ServiceSpec) => Promise<ServiceState>;
}
