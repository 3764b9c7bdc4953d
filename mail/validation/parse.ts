import { isUtf8 } from 'node:buffer';
import { isRecord, jsonDepth } from '../../protocol/json.js';
import { jsonFault, lineAndColumn } from '../../protocol/json-fault.js';
import { MAX_JSON_DEPTH } from '../../protocol/limits.js';
import type { Findings } from './findings.js';

/** The object that the bytes hold; undefined, with a finding, where they hold none. */
export function parseObject(
  bytes: Uint8Array,
  findings: Findings,
): Record<string, unknown> | undefined {
  if (bytes.length === 0) {
    findings.add({ text: 'empty' });
    return undefined;
  }
  const text = new TextDecoder().decode(bytes); // without the byte order mark, as for parseJson
  const bad = firstBadByte(bytes);
  if (bad >= 0) {
    const before = new TextDecoder().decode(bytes.subarray(0, bad));
    findings.add({ ...lineAndColumn(before, before.length), text: 'not valid UTF-8' });
    return undefined;
  }
  if (jsonDepth(text) > MAX_JSON_DEPTH) {
    findings.add({ text: `JSON nested deeper than ${MAX_JSON_DEPTH}` });
    return undefined;
  }
  const fault = jsonFault(text);
  if (fault !== undefined) {
    const at = lineAndColumn(text, fault.at);
    findings.add({ ...at, text: `not valid JSON: expected ${fault.expected}` });
    return undefined;
  }
  const value: unknown = JSON.parse(text);
  if (isRecord(value)) return value;
  findings.add({ text: 'not a JSON object' });
  return undefined;
}

/** Index of the first byte that is not part of a character; -1 where all are. */
function firstBadByte(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1;
  // Decoding puts a replacement where it is bad.
  const again = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  return Math.max(
    0,
    again.findIndex((byte, at) => byte !== bytes[at]),
  );
}
