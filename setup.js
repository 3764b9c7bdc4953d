/**
 * `npm run setup`: from a clone to commands that work everywhere, and a Claude Code that knows them.
 * Packs the project, installs the package for this user, and runs `cc2cc init`.
 *
 *   npm run setup [-- [--prefix DIR] [--package FILE] [arguments of cc2cc init]]
 *
 * What is installed is a copy: the clone can be moved or deleted afterwards. A second run updates it.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import console from 'node:console';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const WINDOWS = process.platform === 'win32';

/** A build and some 90 packages over a slow line; beyond this npm waits for something for ever. */
const NPM_MS = 600_000;

const args = process.argv.slice(2);
/** Where stdout is to be JSON, all else goes to stderr. */
const isJson = args.includes('--json');
const tell = isJson ? console.error : console.log;
try {
  assertNode();
  const packed = takeOption('--package');
  const prefix = takeOption('--prefix') ?? usablePrefix();
  installPackage(prefix, packed);
  const installed = join(prefix, WINDOWS ? '' : 'lib', 'node_modules', 'cc2cc');
  tell(`Installed cc2cc in ${installed}.`);
  adviseOnPath(WINDOWS ? prefix : join(prefix, 'bin'));
  moveDaemonOver(join(installed, 'dist', 'daemon', 'main.js'));
  const { status } = run(join(installed, 'dist', 'bin', 'cc2cc.cjs'), ['init', ...args]);
  process.exitCode = status ?? 1;
} catch (error) {
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}

/** Said before npm fails with an older one in words of its own. */
function assertNode() {
  const { engines } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));
  const [major, minor] = engines.node.match(/\d+/g).map(Number);
  const [have, and] = process.versions.node.split('.').map(Number);
  if (have > major || (have === major && and >= minor)) return;
  throw new Error(
    `cc2cc needs Node ${major}.${minor} or newer; this is ${process.versions.node}, ${process.execPath}.`,
  );
}

/**
 * As a package and not as a link: nothing of it depends on this folder.
 *
 * @param packed one that `npm pack` has made; without it this folder is packed, which builds it
 */
function installPackage(prefix, packed) {
  const folder = mkdtempSync(join(tmpdir(), 'cc2cc-setup-'));
  try {
    npm(
      'install',
      '--global',
      '--prefix',
      prefix,
      '--no-fund',
      '--no-audit',
      packed ?? pack(folder),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function pack(folder) {
  const said = npm('pack', '--silent', '--pack-destination', folder);
  return join(folder, said.trim().split('\n').at(-1));
}

function adviseOnPath(bin) {
  if ((process.env.PATH ?? '').split(delimiter).includes(bin)) return;
  tell(`${bin} is not on your PATH: call ${join(bin, 'cc2cc')}, or add the folder to it.`);
  if (!WINDOWS) tell(`  echo 'export PATH="${bin}:$PATH"' >> ~/.profile`);
}

/** A daemon of the files that were there before has the same version, so nobody else replaces it. */
function moveDaemonOver(daemon) {
  const { status } = run(daemon, ['status', '--json'], 'ignore');
  if (status === 0 || status === 1) run(daemon, ['restart'], ['ignore', isJson ? 2 : 1, 2]);
}

function takeOption(name) {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return undefined;
  const [word] = args.splice(at, 1);
  const value = word === name ? args.splice(at, 1)[0] : word.slice(name.length + 1);
  if (!value || value.startsWith('--')) throw new Error(`${name} takes a value.`);
  return resolve(value);
}

/** npm's own place for global packages; where that is the system's and not ours, `~/.local`. */
function usablePrefix() {
  const own = npm('prefix', '--global').trim();
  if (WINDOWS || [join(own, 'lib'), join(own, 'bin')].every(isWritable)) return own;
  const home = join(homedir(), '.local');
  tell(`${own} is not yours to write to: installing in ${home}.`);
  return home;
}

function isWritable(path) {
  if (!existsSync(path)) return isWritable(dirname(path));
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function npm(...words) {
  // On Windows npm is a script that only a shell can start; npm tells where its own program is.
  const program = process.env.npm_execpath;
  const [file, rest] = program ? [process.execPath, [program, ...words]] : ['npm', words];
  const { status, stdout, error } = spawnSync(file, rest, {
    cwd: HERE,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'], // it says itself what is wrong
    timeout: NPM_MS,
  });
  if (error?.code === 'ETIMEDOUT') throw new Error(`npm ${words[0]} did not end in 10 minutes.`);
  if (error !== undefined) throw new Error(`npm cannot be run: ${error.message}.`);
  if (status !== 0) throw new Error(`npm ${words[0]} failed.`);
  return stdout;
}

function run(program, words, stdio = 'inherit') {
  return spawnSync(process.execPath, [program, ...words], { stdio });
}
