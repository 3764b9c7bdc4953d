import { isRecord } from '../../protocol/json.js';
import { shownIds } from '../../protocol/shown.js';
import { CHANNEL_METHOD, idsOf } from '../../scripts/mcp-client.js';
import { hashOf, type Shown } from './entry.js';

export type Sight = Pick<Shown, 'lane' | 'id' | 'repeated' | 'shown'>;

/** What one line from a shim shows to its client's model. */
export function sightsInLine(line: string): Sight[] {
  const message = parsed(line);
  if (message === undefined) return [];
  const { method, params, result } = message;
  if (method === CHANNEL_METHOD && isRecord(params)) return sightsInPush(params);
  const parts = isRecord(result) && Array.isArray(result['content']) ? result['content'] : [];
  return parts
    .filter(isRecord)
    .flatMap(({ text }) => (typeof text === 'string' ? sightsInText(text, 'tool') : []));
}

function sightsInPush(params: Record<string, unknown>): Sight[] {
  const content = typeof params['content'] === 'string' ? params['content'] : '';
  const meta = isRecord(params['meta']) ? (params['meta'] as Record<string, string>) : {};
  const ids = idsOf({ content, meta });
  const digest = sightsInText(content, 'channel');
  if (meta['msg_ids'] !== undefined) {
    // The attribute is what the client shows as well: both must say the same.
    const [said, held] = [ids.join(), digest.map(({ id }) => id).join()];
    if (said !== held) throw new Error(`A push says that it holds ${said} and holds ${held}.`);
    return digest;
  }
  return ids.map((id) => ({ lane: 'channel', id, ...singleBody(content, meta) }));
}

/** Of a push of one message: warnings, the text, and a paragraph that says how to answer. */
function singleBody(
  content: string,
  { signature, repeated }: Record<string, string>,
): Pick<Sight, 'repeated' | 'shown'> {
  // By the attributes: a text may begin with the same words.
  const warnings = [
    ...(signature === 'invalid' ? ['[SIGNATURE INVALID]\n'] : []),
    ...(repeated === 'true' ? ['(possibly repeated)\n'] : []),
  ].join('');
  const body = content.slice(warnings.length, content.lastIndexOf('\n\n'));
  const isWhole = content.startsWith(warnings);
  return { repeated: repeated === 'true', shown: isWhole ? hashOf(body) : 'not as it should be' };
}

/** Messages in a digest: of a tool result, a hook's context, or the client's socket. */
export function sightsInText(text: string, lane: Shown['lane']): Sight[] {
  const ids = shownIds(text);
  const lines = ids.length === 0 ? [] : text.split('\n');
  return ids.map((id) => {
    const at = lines.findIndex((line) => line.startsWith(`[${id}] from `));
    const end = lines.findIndex((line, i) => i > at && !line.startsWith('> '));
    const body = lines.slice(at + 1, end < 0 ? undefined : end).map((line) => line.slice(2));
    const repeated = lines[at]?.endsWith(', possibly repeated') === true;
    return { lane, id, repeated, shown: hashOf(body.join('\n')) };
  });
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // the client records what is no JSON
  }
}
