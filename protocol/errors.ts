/**
 * Typed errors. Every error that a person or a program meets has a stable code, a sentence that
 * names the path or method concerned, and where possible a hint: the next command to run.
 */
import { constants } from 'node:os';

export type ErrorCode =
  | 'E_USAGE' // wrong arguments
  | 'E_NAME' // a name that breaks the name rule, or is taken
  | 'E_UNKNOWN_AGENT' // a recipient nobody ever was
  | 'E_MESSAGE' // a message that breaks the schema
  | 'E_UNKNOWN_MESSAGE' // a msg_id that is not in this mailbox
  | 'E_UNKNOWN_TASK' // a task id that is not known, or is of others
  | 'E_TASK' // a change that the state of a task, or whose it is, does not allow
  | 'E_LIMIT' // size, rate, queue length, hops
  | 'E_BLOCKED' // the recipient's user wants no messages from this sender
  | 'E_STORE' // the disk refused: full, read-only, denied
  | 'E_UNSAFE' // a file or folder that others own or may write to
  | 'E_PATH' // a path that cannot be used (too long, not absolute, not a folder)
  | 'E_FORMAT' // a bridge root in a form that this program does not know
  | 'E_PROTOCOL' // the two sides speak different protocols, or one of them speaks none
  | 'E_TOKEN' // proof of the shared token failed
  | 'E_NO_DAEMON' // nobody listens, and starting one was forbidden or failed
  | 'E_STOPPED' // the user stopped the daemon on purpose
  | 'E_REFUSED' // a daemon runs, but this user may not talk to it
  | 'E_RETIRING' // the daemon is about to leave: try again
  | 'E_START' // the daemon could not start
  | 'E_SERVICE' // the service manager refuses, or there is none
  | 'E_INTERNAL';

/** What an error looks like on a wire or in `--json` output. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  hint?: string;
}

/** An error with a code that programs can rely on and a hint that people can follow. */
export class Cc2ccError extends Error {
  override readonly name = 'Cc2ccError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  toReport(): ErrorReport {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
    };
  }
}

/** Exit codes of all our commands; documented in docs/SPECIFICATION.md. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  notRunning: 3,
  /** Waited for something that did not come in time. */
  timedOut: 4,
} as const;

/** The errno name (`ENOENT`, …) of a system error, or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  if (typeof error.code !== 'string') return undefined;
  // libuv has no names for some, a used-up quota (EDQUOT) and a stale NFS handle (ESTALE) among them.
  const number = /^Unknown system error -(\d+)$/.exec(error.code)?.[1];
  if (number === undefined) return error.code;
  const named = Object.entries(constants.errno).find(([, errno]) => errno === Number(number));
  return named?.[0] ?? error.code;
}

/** Whether `link` failed because the file system has no hard links. */
export function meansNoLinks(errno: string | undefined): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errno ?? '');
}

/** Any thrown thing as a report; what is neither ours nor the disk's becomes E_INTERNAL with its message kept. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof Cc2ccError) return error.toReport();
  // A failed call to the file system that nobody has put into words.
  const { syscall, path = 'an open file' } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall !== undefined && STORE_HINTS[errnoOf(error) ?? ''] !== undefined) {
    return storeError(syscall, path, error).toReport();
  }
  return { code: 'E_INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

/** "message (hint)" on one line, for people. */
export function sentenceOf(error: unknown): string {
  const { message, hint } = reportOf(error);
  return hint === undefined ? message : `${message} ${hint}`;
}

const STORE_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: free some space and try again.',
  EDQUOT: 'The disk quota is used up: free some space and try again.',
  EROFS: 'The file system is read-only: set CC2CC_BRIDGE_DIR to a writable folder.',
  EACCES: 'Permission denied: the folder must belong to you (chmod u+rwx).',
  EPERM: 'Permission denied: the folder must belong to you (chmod u+rwx).',
  EMFILE: 'Too many open files: raise `ulimit -n`.',
  ENFILE: 'Too many open files on this machine: end some programs.',
  EIO: 'The disk does not work as it should: look at the system log (dmesg), then try again.',
  ESTALE: 'The network folder was exchanged on its server: mount it again.',
};

/**
 * Wraps a failed file system call.
 *
 * @param doing what was attempted, as a verb phrase: `write the message`
 * @param path the file or folder concerned
 */
export function storeError(doing: string, path: string, cause: unknown): Cc2ccError {
  if (cause instanceof Cc2ccError) return cause; // it says more
  const errno = errnoOf(cause) ?? 'unknown error';
  const hint = STORE_HINTS[errno];
  return new Cc2ccError('E_STORE', `Cannot ${doing}: ${errno} at ${path}.`, {
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}
