import type { Command } from 'commander';
import { listCommand } from '../trust/list-command.js';

/** The command line of `cc2cc trust`. */
export function command(): Command {
  return listCommand('trust', 'allow', 'who may write', [
    'cc2cc trust brave-fox # may write to all agents',
    'cc2cc trust ci-bot --for calm-owl',
    'cc2cc trust ci-bot --for calm-owl --remove',
    'cc2cc trust # shows the lists',
  ]);
}
