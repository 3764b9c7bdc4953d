import { constants, fstatSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { closeQuietly } from '../../protocol/close-quietly.js';
import { isRecord } from '../../protocol/json.js';

/** What Claude Code's own session file tells. Undocumented, so nothing may depend on it. */
export interface ClientState {
  sessionId: string | undefined;
  /** Undefined when it does not say. */
  busy: boolean | undefined;
  /** Epoch milliseconds at which that changed; undefined when it does not say. */
  since: number | undefined;
}

/** A session id as the client makes them; it becomes a file name. */
const SESSION_ID = /^[A-Za-z0-9-]{8,64}$/;

/** Session files are 1 KiB; what is longer is something else. */
const MAX_SESSION_FILE_BYTES = 64 * 1024;

/**
 * Reads `<claudeDir>/sessions/<pid>.json`.
 *
 * @returns undefined where there is none, or it is not what we know
 */
export function readClientState(claudeDir: string, pid: number): ClientState | undefined {
  try {
    const path = join(claudeDir, 'sessions', `${pid}.json`);
    const file = readFrom(path, 0, MAX_SESSION_FILE_BYTES);
    if (file === undefined || file.size > MAX_SESSION_FILE_BYTES) return undefined;
    const value: unknown = JSON.parse(file.bytes.toString());
    if (!isRecord(value) || value['pid'] !== pid) return undefined;
    const { sessionId, status, statusUpdatedAt } = value;
    return {
      sessionId:
        typeof sessionId === 'string' && SESSION_ID.test(sessionId) ? sessionId : undefined,
      busy: typeof status === 'string' ? status !== 'idle' : undefined,
      since: typeof statusUpdatedAt === 'number' ? statusUpdatedAt : undefined,
    };
  } catch {
    return undefined; // written in place, so it can be torn: the next look finds it whole
  }
}

/** Where the transcript of a session is, or undefined as long as there is none. */
export function findTranscript(
  claudeDir: string,
  cwd: string,
  sessionId: string,
): string | undefined {
  if (!SESSION_ID.test(sessionId)) return undefined;
  const projects = join(claudeDir, 'projects');
  const file = `${sessionId}.jsonl`;
  const usual = join(projects, cwd.replaceAll(/[^A-Za-z0-9]/g, '-'), file);
  if (isFile(usual)) return usual;
  try {
    // A session can change its folder, and long names are shortened in a way of the client's own.
    return readdirSync(projects)
      .map((folder) => join(projects, folder, file))
      .find(isFile);
  } catch {
    return undefined;
  }
}

/** Whether a hook's word for the transcript can be one. */
export function isTranscriptPath(path: string | undefined, claudeDir: string): path is string {
  return (
    path !== undefined &&
    isAbsolute(path) &&
    path.endsWith('.jsonl') &&
    normalize(path).startsWith(join(claudeDir, 'projects') + sep)
  );
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Opening a FIFO would wait for its other end, and all sessions with us. Windows has no such flag. */
const FLAGS = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * The bytes of a file from an offset on, at most `max`.
 *
 * @returns undefined when it cannot be read or is no file; `size` is that of the whole file
 */
export function readFrom(
  path: string,
  offset: number,
  max: number,
): { bytes: Buffer; size: number } | undefined {
  let fd;
  try {
    fd = openSync(path, FLAGS);
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return undefined;
    const { size } = stats;
    const wanted = Math.min(max, Math.max(0, size - offset));
    const buffer = Buffer.allocUnsafe(wanted);
    const count = wanted === 0 ? 0 : readSync(fd, buffer, 0, wanted, offset);
    return { bytes: buffer.subarray(0, count), size };
  } catch {
    return undefined;
  } finally {
    closeQuietly(fd);
  }
}
