import { readFileSync } from 'node:fs';

const FLAGS = ['--dangerously-load-development-channels', '--channels'];

/**
 * What a channel's name looks like. The flags swallow all that follows up to the next option, also
 * a prompt with whatever somebody typed there: nothing else on the command line may leave here.
 */
const CHANNEL = /^(?:server|plugin):[\w.@/-]{1,128}$/;

/** More channels than anybody loads; a daemon refuses a hello with more. */
const MAX_CHANNELS = 20;

/** `ps` answers in milliseconds; a session must not wait for one that hangs. */
const PS_TIMEOUT_MS = 1000;

/** The channels that a command line asks for: `server:cc2cc`, `plugin:name@market`. */
export function channelsIn(args: readonly string[]): string[] {
  const found = new Set<string>();
  let wanted = false;
  for (const arg of args) {
    let values = arg;
    if (arg.startsWith('-')) {
      const [flag = '', ...rest] = arg.split('=');
      wanted = FLAGS.includes(flag);
      values = rest.join('=');
    }
    if (!wanted) continue;
    for (const value of values.split(',')) if (CHANNEL.test(value)) found.add(value);
  }
  return [...found].slice(0, MAX_CHANNELS);
}

/** The channels on the command line of a process; none where it cannot be read. */
export async function channelsOf(pid: number): Promise<string[]> {
  try {
    return channelsIn(await commandLine(pid));
  } catch {
    return []; // gone, or not for us to see: the daemon then takes another lane
  }
}

async function commandLine(pid: number): Promise<string[]> {
  switch (process.platform) {
    case 'linux':
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    case 'darwin':
      return (await argsFromPs(pid)).split(/\s+/);
    default:
      return []; // Windows tells a command line only through tools that take a second to start
  }
}

async function argsFromPs(pid: number): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    const args = ['-ww', '-o', 'args=', '-p', String(pid)];
    execFile('ps', args, { timeout: PS_TIMEOUT_MS }, (_error, stdout) => {
      resolve(stdout); // empty where it failed
    });
  });
}
