import { Command } from 'commander';
import { editConfig } from '../config/edit.js';
import { showAll, showOne, showPath } from '../config/show.js';

interface Options {
  json?: boolean;
  path?: boolean;
}

/** The command line of `cc2cc config`. */
export function command(): Command {
  const config = new Command('config')
    .exitOverride() // for the subcommands, which take it over when they are made
    .argument('[key]', 'show this setting alone, with what it means')
    .option('--json', 'as JSON')
    .option('--path', 'only the path of config.json')
    .addHelpText(
      'after',
      `
Flags come before variables, variables before config.json, and that before the
defaults. docs/CONFIGURATION.md has the table of all settings.

Examples:
  $ cc2cc config
  $ cc2cc config rate
  $ cc2cc config set keepDays 14
  $ cc2cc config unset keepDays`,
    )
    .action(async (key: string | undefined, { json = false, path = false }: Options) => {
      process.exitCode = path
        ? await showPath()
        : key === undefined
          ? await showAll(json)
          : await showOne(key, json);
    });
  config
    .command('set')
    .description('write a setting to config.json')
    .argument('<key>')
    .argument('<value>')
    .action(async (key: string, value: string) => {
      process.exitCode = await editConfig(key, value);
    });
  config
    .command('unset')
    .description('take a setting out of config.json')
    .argument('<key>')
    .action(async (key: string) => {
      process.exitCode = await editConfig(key, undefined);
    });
  return config;
}
