import { isRecord } from '../../protocol/json.js';
import { shownIds } from '../../protocol/shown.js';
import { readFrom } from './client-files.js';

/** Read at a time; a turn can append megabytes, and nobody may wait for them. */
const CHUNK_BYTES = 256 * 1024;

/** Further behind than this, nobody has looked for long, and nothing was pushed in that time. */
const BEHIND_BYTES = 4 * 1024 * 1024;

/** A line longer than this holds none of our texts, which are far shorter; it is not kept until its end. */
const MAX_LINE_BYTES = 1024 * 1024;

/** How far back to look for what an earlier daemon pushed. */
export const LOOK_BACK_BYTES = 1024 * 1024;

/**
 * Follows a session's transcript, in which the client notes what it gives to the model. Only what is
 * appended is read, and of that only our own message ids are kept.
 */
export class Transcript {
  readonly path: string;
  #offset: number;
  /** The beginning of a line whose end has not been written yet. */
  #rest = Buffer.alloc(0);
  /** The line that is being read began before the offset. */
  #torn: boolean;

  /** @param offset bytes that are passed over */
  constructor(path: string, offset: number) {
    this.path = path;
    this.#offset = offset;
    this.#torn = offset > 0;
  }

  /**
   * A transcript from near its end: what was pushed before the file was found, or by the daemon
   * before us, may stand there already.
   *
   * @returns undefined when it cannot be read (yet)
   */
  static open(path: string, lookBack: number): Transcript | undefined {
    const size = readFrom(path, 0, 0)?.size;
    return size === undefined ? undefined : new Transcript(path, Math.max(0, size - lookBack));
  }

  /** Ids that the model was given, by what has been appended since the last call. */
  read(): string[] {
    const ids: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const found = readFrom(this.path, this.#offset, CHUNK_BYTES);
      if (found !== undefined && found.size - this.#offset > BEHIND_BYTES) {
        this.#restart(found.size - LOOK_BACK_BYTES);
        continue;
      }
      if (found === undefined || found.bytes.length === 0) {
        if (found !== undefined && found.size < this.#offset) this.#restart(found.size);
        break;
      }
      this.#offset += found.bytes.length;
      ids.push(...this.#take(found.bytes));
    }
    return ids;
  }

  #take(bytes: Buffer): string[] {
    const ids: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      const line = Buffer.concat([this.#rest, bytes.subarray(start, end)]);
      this.#rest = Buffer.alloc(0);
      start = end + 1;
      if (this.#torn) this.#torn = false;
      // Most lines are not ours, and parsing them would cost more than all the rest.
      else if (line.includes('msg-')) ids.push(...idsInLine(line.toString()));
    }
    this.#rest = Buffer.concat([this.#rest, bytes.subarray(start)]);
    if (this.#torn || this.#rest.length > MAX_LINE_BYTES) {
      this.#rest = Buffer.alloc(0);
      this.#torn = true;
    }
    return ids;
  }

  /** The file is a shorter one now, or has grown long while nobody looked. */
  #restart(offset: number): void {
    this.#offset = offset;
    this.#rest = Buffer.alloc(0);
    this.#torn = offset > 0;
  }
}

/**
 * Ids in one line. `user` lines hold what the model was given as a prompt, `attachment` lines what
 * was put into a running turn; a line that only says "queued" is no evidence, and neither are tool
 * results, which may quote anything.
 */
export function idsInLine(text: string): string[] {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return [];
  }
  if (!isRecord(line)) return [];
  if (line['type'] === 'user' && isRecord(line['message'])) {
    return textsOf(line['message']['content']).flatMap(shownIds);
  }
  const { type, attachment } = line;
  // What a hook printed is noted apart from what the model was given of it.
  const given = isRecord(attachment) && attachment['type'] !== 'hook_success';
  return type === 'attachment' && given ? stringsIn(attachment).flatMap(shownIds) : [];
}

function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content)) return [];
  return content.flatMap((block: unknown) =>
    isRecord(block) && block['type'] === 'text' && typeof block['text'] === 'string'
      ? [block['text']]
      : [],
  );
}

/** All strings in a value, wherever they stand: the form of attachments is the client's own. */
function stringsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (depth > 4 || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((member) => stringsIn(member, depth + 1));
}
