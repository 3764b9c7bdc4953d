/**
 * Prints what the package needs at run time, with the hashes of all of it: an SBOM in the form CycloneDX.
 *
 * By npm, in a folder that knows nothing of development: `npm sbom --omit dev` leaves out what both the
 * product and a tool need (npm 11.19: 9 of 122), and calls the product after its folder.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { URL } from 'node:url';

const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));

const { devDependencies, scripts, ...manifest } = read('package.json');
const { packages, ...lock } = read('package-lock.json');
const { devDependencies: alsoThere, ...root } = packages[''];
void [devDependencies, scripts, alsoThere];
const needed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);

const place = mkdtempSync(join(tmpdir(), 'cc2cc-sbom-'));
try {
  const folder = join(place, manifest.name);
  mkdirSync(folder);
  const write = (file, value) => writeFileSync(join(folder, file), JSON.stringify(value));
  write('package.json', manifest);
  write('package-lock.json', { ...lock, packages: { '': root, ...Object.fromEntries(needed) } });
  const args = [
    'sbom',
    '--package-lock-only',
    '--sbom-format=cyclonedx',
    '--sbom-type=application',
  ];
  const { status, error } = spawnSync('npm', args, {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32', // npm is a batch file there
  });
  if (error !== undefined) process.stderr.write(`sbom: npm cannot be run: ${error.message}\n`);
  process.exitCode = status ?? 1;
} finally {
  rmSync(place, { recursive: true, force: true });
}
