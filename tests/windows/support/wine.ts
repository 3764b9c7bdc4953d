import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { windowsNode } from './windows-node.js';

/** Somewhere to run tests with a Node for Windows. */
export interface Windows {
  /** Runs the test files that have `part` in their name, prints what they say, and returns it. */
  tests: (part: string) => Promise<string>;
  end: () => Promise<void>;
}

const PROJECT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Debian has it there and not on PATH; other systems have one program for both widths on it. */
const WINES = ['/usr/lib/wine/wine64', '/usr/bin/wine64', '/usr/bin/wine'];

/** A Windows is made in some ten seconds. */
const MAKE_MS = 120_000;

/** A file of tests takes half a minute; on a busy machine more. Now and then Wine hangs at its start. */
const FILE_MS = 120_000;

/** The tests of this folder in this Windows, or in one that Wine plays; or why not. */
export async function prepareWindows(): Promise<Windows | { unavailable: string }> {
  if (process.platform === 'win32') return { tests: runHere, end: () => Promise.resolve() };
  const wine = WINES.find((path) => existsSync(path));
  if (wine === undefined) return { unavailable: 'wine64 is not installed' };
  if (process.arch !== 'x64')
    return { unavailable: `Wine cannot run a Node for x64 on ${process.arch}` };
  const node = await windowsNode(process.env);
  if (typeof node !== 'string') return node;
  const folder = mkdtempSync(join(tmpdir(), 'cc2cc-wine-'));
  try {
    return await makeWindows(folder, wine, node);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A new Windows 10 with Node, and with the project as npm would have installed it there. */
async function makeWindows(folder: string, wine: string, node: string): Promise<Windows> {
  const home = join(folder, 'home');
  const prefix = join(folder, 'prefix');
  mkdirSync(home);
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    LANG: 'C.UTF-8',
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
  };
  let count = 0;
  const run = async (program: string, args: string[], limit: number): Promise<string> => {
    count += 1;
    const out = join(folder, `${count}.out`);
    // A Node of Windows takes files for its own stdio; pipes of Unix it does not understand.
    const fd = openSync(out, 'a');
    const child = spawn(program, args, { env, stdio: ['ignore', fd, fd], timeout: limit });
    closeSync(fd);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const said = readFileSync(out, 'utf8');
    return code === 0 ? said : `${said}\n(ended with ${code ?? 'a signal'})\n`;
  };
  /** Ends whatever runs in that Windows, and in no other. */
  const shutDown = (): Promise<string> => run(join(dirname(wine), 'wineserver'), ['-k'], 20_000);
  const end = async (): Promise<void> => {
    await shutDown();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  await run(wine, ['wineboot', '-i'], MAKE_MS);
  await run(wine, ['winecfg', '-v', 'win10'], MAKE_MS);
  // Its Task Scheduler is installed now, and runs from the next start on.
  await shutDown();
  await run(wine, ['schtasks', '/Query'], MAKE_MS);
  const drive = join(prefix, 'drive_c');
  if (!existsSync(drive)) {
    await end();
    throw new Error(`${wine} made no Windows in ${prefix}.`);
  }
  // Wine follows links without saying so: to what runs there these are folders of that drive.
  const programs = join(drive, 'Program Files', 'nodejs');
  const modules = join(drive, 'J\u00f6rg S\u00f6hne', 'npm', 'node_modules');
  mkdirSync(programs, { recursive: true });
  mkdirSync(modules, { recursive: true });
  symlinkSync(node, join(programs, 'node.exe'));
  symlinkSync(PROJECT, join(modules, 'cc2cc'));
  const runner = 'C:\\J\u00f6rg S\u00f6hne\\npm\\node_modules\\cc2cc\\dist\\tests\\run.js';
  return {
    tests: async (part) => {
      const args = ['C:\\Program Files\\nodejs\\node.exe', runner, part, '--suite', 'windows'];
      const said = await run(wine, args, FILE_MS);
      process.stdout.write(said);
      return said;
    },
    end,
  };
}

async function runHere(part: string): Promise<string> {
  const runner = join(PROJECT, 'dist', 'tests', 'run.js');
  const child = spawn(process.execPath, [runner, part, '--suite', 'windows'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: FILE_MS,
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    process.stdout.write(chunk);
    said += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}
