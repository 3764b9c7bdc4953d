import { Option, type Command } from 'commander';
import {
  MESSAGE_TYPES,
  PRIORITIES,
  type MessageType,
  type Priority,
} from '../../protocol/envelope.js';
import { Cc2ccError } from '../../protocol/errors.js';
import { parseDuration } from './times.js';

/** What commands that send have in common. */
export interface LetterOptions {
  from?: string;
  type?: MessageType;
  priority?: Priority;
  ttl?: string;
  json?: boolean;
}

export function fromOption(command: Command): Command {
  return command.option(
    '--from <name>',
    'who you are; default: the session that runs this, CC2CC_NAME, or your login name',
  );
}

export function letterOptions(command: Command): Command {
  return fromOption(command)
    .addOption(new Option('--priority <priority>', 'shown to the reader').choices(PRIORITIES))
    .option('--ttl <time>', 'how long it waits, such as 30m or 7d; 0 for ever')
    .option('--json', 'as JSON');
}

export function typeOption(): Option {
  return new Option('--type <type>', 'task: you want a result').choices(MESSAGE_TYPES);
}

/**
 * Seconds that a message waits.
 *
 * @throws Cc2ccError E_USAGE
 */
export function ttlOf({ ttl }: LetterOptions): number | undefined {
  return ttl === undefined ? undefined : parseDuration(ttl, '--ttl') / 1000;
}

/**
 * Seconds of `--wait`, which may stand without a value.
 *
 * @throws Cc2ccError E_USAGE for no time at all
 */
export function waitOf(value: string | true | undefined, otherwise: number): number | undefined {
  if (value === undefined) return undefined;
  if (value === true) return otherwise;
  const seconds = parseDuration(value, '--wait') / 1000;
  if (seconds > 0) return seconds;
  throw new Cc2ccError('E_USAGE', `--wait: "${value}" is no time to wait.`);
}
