import { basename, dirname } from 'node:path';
import { expiresAt, type Message } from '../../protocol/envelope.js';
import type { Findings } from './findings.js';

/** A clock that is wrong by less than this is nobody's fault. */
const CLOCKS_MS = 60_000;

/** What its times mean now. */
export function remarkOnTime(
  raw: Record<string, unknown>,
  message: Message,
  findings: Findings,
): void {
  const now = Date.now();
  if ((raw['timestamp'] ?? null) === null) {
    findings.remark('timestamp', 'is missing: the time at which the file was last written counts');
  }
  const expired = expiresAt(message);
  if (now >= expired) findings.remark('ttl', `expired at ${new Date(expired).toISOString()}`);
  if (Date.parse(message.timestamp) > now + CLOCKS_MS) {
    findings.remark('timestamp', 'is in the future');
  }
}

/** What the place of its file means. */
export function remarkOnPlace(file: string, { id, to }: Message, findings: Findings): void {
  if (file === '-') return;
  if (basename(file) !== `${id}.json`) {
    findings.remark('id', `is not the file's name; an inbox takes it in as ${id}.json`);
  }
  const folder = dirname(file);
  const mailbox = /^to-(.+)$/.exec(basename(dirname(folder)))?.[1];
  if (['inbox', 'done'].includes(basename(folder)) && mailbox !== undefined && mailbox !== to) {
    findings.remark('to', `is not the agent whose mailbox it lies in, ${mailbox}, who gets it`);
  }
}
