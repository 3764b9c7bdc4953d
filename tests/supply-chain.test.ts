/** What we depend on: which packages, from where, under which licence, and what they may do. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tempFolder } from './protocol/support/temp-folder.js';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const REGISTRY = 'https://registry.npmjs.org/';
const SBOM_MS = 60_000;

interface Locked {
  version: string;
  integrity?: string;
  resolved?: string;
  license?: string;
  dev?: boolean;
  link?: boolean;
  hasInstallScript?: boolean;
}
interface Manifest {
  license?: string | { type?: string };
  licenses?: { type?: string }[];
  scripts?: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/** Those that go with MIT, and whose terms a note of the licence fulfils. */
const LICENCES = new Set([
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0'],
  ...['BlueOak-1.0.0', 'CC0-1.0', 'Unlicense', 'Python-2.0'],
]);

const read = <T>(...path: string[]): T =>
  JSON.parse(readFileSync(join(PROJECT, ...path), 'utf8')) as T;
const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json');
const locked = Object.entries(packages).filter(([path]) => path !== '');
const manifest = read<Manifest>('package.json');

const nameOf = (path: string): string => path.split('node_modules/').at(-1) ?? '';
const runTime = new Set(
  locked
    .filter(([, { dev }]) => dev !== true)
    .map(([path, { version }]) => `${nameOf(path)}@${version}`),
);

test('the lockfile has a SHA-512 of every package, and all are of the public registry', () => {
  assert.ok(locked.length > 100);
  for (const [path, { integrity, resolved, link }] of locked) {
    assert.match(integrity ?? '', /^sha512-[A-Za-z0-9+/]{86}==$/, path);
    assert.notEqual(link, true, path);
    // Without an address npm asks the registry that is configured, and the hash decides.
    if (resolved !== undefined) assert.ok(resolved.startsWith(REGISTRY), `${path}: ${resolved}`);
  }
  const text = readFileSync(join(PROJECT, 'package-lock.json'), 'utf8');
  const urls = text.match(/"[^"]*(?:git\+|:\/\/)[^"]*"/g) ?? [];
  const foreign = urls.filter((url) => !/^"https:\/\//.test(url));
  assert.deepEqual(foreign, []);
});

test('every direct dependency is pinned, to what the lockfile has', () => {
  const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  for (const [name, version] of direct) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.equal(packages[`node_modules/${name}`]?.version, version, name);
  }
});

test('no package runs anything when it is installed', () => {
  const scripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
  assert.deepEqual(scripts, []);
  // As they are, whatever the lockfile says of them.
  for (const [path] of installed()) {
    const { scripts: own = {} } = read<Manifest>(path, 'package.json');
    const run = ['preinstall', 'install', 'postinstall'].filter((name) => name in own);
    assert.deepEqual(run, [], path);
    assert.ok(!existsSync(join(PROJECT, path, 'binding.gyp')), `${path} would be compiled`);
  }
});

test('every package has a licence that goes with ours', () => {
  for (const [path, { license = 'none' }] of locked) {
    assert.ok(isGood(license), `${path}: ${license}`);
  }
  for (const [path] of installed()) {
    const { license, licenses } = read<Manifest>(path, 'package.json');
    const said = typeof license === 'object' ? license.type : (license ?? licenses?.[0]?.type);
    assert.ok(isGood(said ?? 'none'), `${path}: ${said}`);
  }
  assert.equal(manifest.license, 'MIT');
});

test('a licence is good when one of its choices is, or all that apply', () => {
  for (const good of ['MIT', '(MIT OR GPL-3.0)', '(MIT AND ISC)']) assert.ok(isGood(good), good);
  for (const bad of ['GPL-3.0', 'UNLICENSED', 'none', '(MIT AND GPL-3.0)', 'SEE LICENSE IN x', ''])
    assert.ok(!isGood(bad), bad);
});

test('README and docs/dependencies.md count what is needed at run time', () => {
  const direct = Object.keys(manifest.dependencies).length;
  const sentence = `${direct} packages directly, ${runTime.size} with all that these need`;
  for (const page of ['README.md', 'docs/dependencies.md']) {
    assert.ok(readFileSync(join(PROJECT, page), 'utf8').includes(sentence), `${page}: ${sentence}`);
  }
});

test('npm run sbom lists every package of the run time with its hash', (t) => {
  const env = { ...process.env, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const { status, stdout, stderr, error } = spawnSync(process.execPath, ['sbom.js'], {
    ...{ cwd: PROJECT, env, encoding: 'utf8', timeout: SBOM_MS },
  });
  if (error !== undefined || /npm cannot be run|Unknown command/.test(stderr)) {
    t.skip(`needs an npm that has the command sbom: ${stderr}`);
    return;
  }
  assert.equal(status, 0, stderr);
  const bom = JSON.parse(stdout) as {
    bomFormat: string;
    metadata: { component: { name: string } };
    components: { name: string; version: string; hashes?: { alg: string; content: string }[] }[];
  };
  assert.equal(bom.bomFormat, 'CycloneDX');
  assert.equal(bom.metadata.component.name, 'cc2cc');
  const listed = new Set(bom.components.map(({ name, version }) => `${name}@${version}`));
  assert.deepEqual([...listed].sort(), [...runTime].sort());
  for (const { name, hashes } of bom.components) {
    assert.match(
      hashes?.find(({ alg }) => alg === 'SHA-512')?.content ?? '',
      /^[0-9a-f]{128}$/,
      name,
    );
  }
});

/** What npm says, with its exit code, and what `.ci/audit` makes of it. */
const ANSWERS: [says: string, npm: number, audit: number][] = [
  ['audited 244 packages, 244 packages have verified registry signatures', 0, 0],
  ['found 0 vulnerabilities', 0, 0],
  ['1 package has an invalid registry signature:', 1, 1],
  ['3 packages have missing registry signatures but', 1, 1],
  ['2 high severity vulnerabilities', 1, 1],
  ['npm error code ENOTFOUND', 1, 77],
  ['npm warn audit 405 Method Not Allowed\\nnpm error audit endpoint returned an error', 1, 77],
  ['npm error found no dependencies to audit that were installed from', 1, 77],
  ['npm error code ENOTFOUND\\n1 critical severity vulnerability', 1, 1],
  ['npm error something else', 1, 1],
];

test('.ci/audit fails for what it is told, and says so where it is told nothing', (t) => {
  if (process.platform === 'win32') {
    t.skip('a script for bash');
    return;
  }
  const bin = tempFolder(t);
  for (const [says, npm, audit] of ANSWERS) {
    const fake = `#!/bin/sh\nprintf '%b\\n' '${says}'\nexit ${npm}\n`;
    writeFileSync(join(bin, 'npm'), fake, { mode: 0o755 });
    const env = { PATH: `${bin}:${process.env['PATH']}` };
    const { status, stdout } = spawnSync(join(PROJECT, '.ci/audit'), { env, encoding: 'utf8' });
    assert.equal(status, audit, `${says}: ${stdout}`);
    assert.equal(/!!! NOT CHECKED/.test(stdout), audit === 77, says);
  }
});

/** Packages for other systems are not here. */
function installed(): [string, Locked][] {
  return locked.filter(([path]) => existsSync(join(PROJECT, path, 'package.json')));
}

/** An SPDX expression, of the simple kinds that packages have. */
function isGood(expression: string): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  if (bare.includes(' OR ')) return bare.split(' OR ').some(isGood);
  return bare.split(' AND ').every((name) => LICENCES.has(name));
}
