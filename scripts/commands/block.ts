import type { Command } from 'commander';
import { listCommand } from '../trust/list-command.js';

/** The command line of `cc2cc block`. */
export function command(): Command {
  return listCommand('block', 'block', 'who may not write', [
    'cc2cc block brave-fox # may write to nobody',
    'cc2cc block ci-bot --for calm-owl',
    'cc2cc block brave-fox --remove',
  ]);
}
