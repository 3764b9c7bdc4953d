import { Cc2ccError } from '../../protocol/errors.js';
import { MAX_TEXT_BYTES } from '../../protocol/limits.js';

type Input = AsyncIterable<Buffer | string> & { isTTY?: boolean };

/**
 * The text that an argument gives, or for `-` all of stdin, without its last line break.
 *
 * @throws Cc2ccError E_USAGE for a text that is empty or not UTF-8, E_LIMIT for one that is too long
 */
export async function readTextArgument(argument: string, input?: Input): Promise<string> {
  // Only to look at process.stdin opens it, which takes 2 ms: not before it is asked for.
  const text = argument === '-' ? decode(await readBounded(input)).replace(/\r?\n$/, '') : argument;
  if (text.trim() === '') throw new Cc2ccError('E_USAGE', 'The text is empty.');
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) throw tooLong();
  return text;
}

/**
 * All bytes of stdin, no more than `max`.
 *
 * @throws Cc2ccError E_LIMIT when there are more; the rest is not read
 */
export async function readBounded(
  input: Input = process.stdin,
  max = MAX_TEXT_BYTES + 2, // the last line break is not of the text
  error = tooLong,
): Promise<Buffer> {
  if (input.isTTY === true) process.stderr.write('Reading from the terminal; end with Ctrl-D.\n');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk as Buffer);
    size += bytes.length;
    if (size > max) throw error();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Cc2ccError('E_USAGE', 'What stdin gave is not UTF-8 text.', { cause });
  }
}

function tooLong(): Cc2ccError {
  return new Cc2ccError('E_LIMIT', `The text is longer than ${MAX_TEXT_BYTES} bytes.`, {
    hint: 'Put it into a file and send its path.',
  });
}
