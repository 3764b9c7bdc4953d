import { basename } from 'node:path';

/**
 * Which of ours this process is: `daemon` (cc2cc-daemon run), `daemon-command` (its other commands),
 * `shim`, `hook` (cc2cc hook), `command` (cc2cc), else the name of the script without its ending.
 */
export function program(argv: readonly string[] = process.argv): string {
  const [, script = '', first = ''] = argv;
  if (/[\\/]daemon[\\/]main\.js$|cc2cc-daemon$/.test(script)) {
    return first === 'run' ? 'daemon' : 'daemon-command';
  }
  const name = basename(script).replace(/\.\w+$/, '');
  if (name === 'cc2cc-shim') return 'shim';
  if (name === 'cc2cc') return first === 'hook' ? 'hook' : 'command';
  return name;
}
