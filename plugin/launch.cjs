'use strict';
/**
 * Starts the shim or a hook of the installed cc2cc within this process. The client may run a copy of this
 * folder alone, out of its cache, so the program is looked for where it can be. Old syntax on purpose: an
 * old Node must be able to read this far and say that it is too old.
 *
 *   node launch.cjs shim
 *   node launch.cjs hook EVENT
 */
const fs = require('node:fs');
const path = require('node:path');

const OLDEST = [20, 19];
const PROGRAMS = { shim: 'cc2cc-shim.cjs', hook: 'cc2cc.cjs' };
/** A client that is busy writes to its hooks later; it would take a closed pipe for a failure. */
const INPUT_MS = 2000;

const what = process.argv[2];
if (!Object.keys(PROGRAMS).includes(what)) {
  process.stderr.write('usage: launch.cjs shim | hook EVENT\n');
  process.exitCode = 1; // not 2: a client takes that of a hook for "stop"
} else {
  main();
}

function main() {
  const found = isOld() ? { trouble: tooOld() } : find(PROGRAMS[what]);
  if (found.program !== undefined) {
    const words = what === 'hook' ? process.argv.slice(2) : process.argv.slice(3);
    process.argv = [process.argv[0], found.program].concat(words, '--of-plugin');
    require(found.program);
  } else if (what === 'shim') {
    answerWith(found.trouble);
  } else {
    if (process.argv[3] === 'session-start') tellUser(found.trouble);
    swallowInput();
  }
}

function isOld() {
  const parts = process.versions.node.split('.').map(Number);
  return parts[0] < OLDEST[0] || (parts[0] === OLDEST[0] && parts[1] < OLDEST[1]);
}

function tooOld() {
  return (
    'cc2cc needs Node ' +
    OLDEST.join('.') +
    ' or newer; ' +
    process.execPath +
    ' is ' +
    process.versions.node +
    '. Put a newer one first on the PATH of Claude Code.'
  );
}

/** Where the program is, or what is wrong. */
function find(name) {
  const folders = [beside(), ofMarketplace()].filter(Boolean);
  for (const folder of folders) {
    const program = path.join(folder, 'dist', 'bin', name);
    if (fs.existsSync(program)) return { program };
  }
  const program = onPath(name);
  if (program !== undefined) return { program };
  if (folders.length > 0) {
    return {
      trouble:
        'cc2cc is not built in ' + folders[0] + '. In that folder, run: npm ci && npm run build',
    };
  }
  return {
    trouble:
      'The cc2cc program was not found. Build a clone of it, or install its package, and name that folder: ' +
      'claude plugin marketplace add PATH',
  };
}

/** This folder lies in the package's. */
function beside() {
  return ifOurs(path.dirname(fs.realpathSync(__dirname)));
}

/** This folder is a copy: `plugins/cache/MARKETPLACE/PLUGIN/VERSION`. */
function ofMarketplace() {
  try {
    const cache = path.resolve(__dirname, '..', '..', '..');
    const marketplace = path.basename(path.resolve(__dirname, '..', '..'));
    const known = path.join(cache, '..', 'known_marketplaces.json');
    return ifOurs(JSON.parse(fs.readFileSync(known, 'utf8'))[marketplace].installLocation);
  } catch {
    return undefined; // then the PATH decides
  }
}

function ifOurs(folder) {
  try {
    const text = fs.readFileSync(path.join(folder, 'package.json'), 'utf8');
    return JSON.parse(text).name === 'cc2cc' ? folder : undefined;
  } catch {
    return undefined; // another folder, or none
  }
}

/** Where npm has put the command: a link, or on Windows a script beside the packages. */
function onPath(name) {
  for (const folder of (process.env.PATH || '').split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    try {
      const real = path.dirname(fs.realpathSync(path.join(folder, 'cc2cc')));
      for (const bin of [real, path.join(real, 'node_modules', 'cc2cc', 'dist', 'bin')]) {
        const program = path.join(bin, name);
        if (fs.existsSync(program) && ifOurs(path.resolve(bin, '..', '..'))) return program;
      }
    } catch {
      continue;
    }
  }
  return undefined;
}

/** The client shows the error of `initialize` to its user; a server that just ends leaves no reason. */
function answerWith(trouble) {
  process.stderr.write('cc2cc: ' + trouble + '\n');
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) answer(line, trouble);
  });
  process.stdin.on('end', () => process.exit(1));
  process.stdout.on('error', () => process.exit(1));
}

function answer(line, trouble) {
  let id;
  let method;
  try {
    const request = JSON.parse(line);
    id = request.id;
    method = request.method;
  } catch {
    return;
  }
  if (id === undefined || method === undefined) return;
  const error =
    method === 'initialize'
      ? { code: -32000, message: trouble }
      : { code: -32601, message: 'Method not found' };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, error }) + '\n');
}

function tellUser(trouble) {
  process.stdout.write(JSON.stringify({ systemMessage: trouble }) + '\n');
}

function swallowInput() {
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
  process.stdin.resume();
  setTimeout(() => process.exit(0), INPUT_MS);
}
