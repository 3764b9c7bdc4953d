import { encodeLine } from '../protocol/framing.js';
import { isRecord } from '../protocol/json.js';
import { MAX_FRAME_BYTES } from '../protocol/limits.js';
import type { Stamp } from '../protocol/stamp.js';

/**
 * A `tools/call` with the moment of its receipt in `_meta["cc2cc/at"]`: message ids are made from
 * it, so that a call which is sent again writes the same file.
 *
 * @returns undefined where there is nowhere to put it: the daemon refuses such a call anyway
 * @throws RangeError when the call cannot be written again: nested too deep or too long
 */
export function stamped(body: Record<string, unknown>, stamp: Stamp): Buffer | undefined {
  const { params } = body;
  if (!isRecord(params)) return undefined;
  const { _meta: meta = {} } = params;
  if (!isRecord(meta)) return undefined;
  const line = Buffer.from(
    encodeLine({ ...body, params: { ...params, _meta: { ...meta, 'cc2cc/at': stamp } } }),
  );
  if (line.length > MAX_FRAME_BYTES) throw new RangeError(`longer than ${MAX_FRAME_BYTES} bytes`);
  return line;
}
