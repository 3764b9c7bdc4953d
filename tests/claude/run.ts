/**
 * The runner behind `npm run test:claude`: finds the real client, goes where there is no network, and
 * runs the tests of this folder there with the ordinary runner.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findClient } from './support/client.js';
import { goOffline } from './support/offline.js';
import { SURROUNDINGS, type Surroundings } from './support/surroundings.js';

const RUNNER = fileURLToPath(new URL('../run.js', import.meta.url));

const client = await findClient(process.env);
const offline = 'unavailable' in client ? { prefix: [], contained: false } : goOffline();
const surroundings: Surroundings = { client, offline: offline.prefix.length > 0 };
if ('unavailable' in client)
  shout(`ALL TESTS WITH THE REAL CLIENT ARE SKIPPED: ${client.unavailable}`);
if (offline.remark !== undefined) shout(offline.remark);

const tests = [process.execPath, RUNNER, '--suite', 'claude', ...process.argv.slice(2)];
const [command = '', ...args] = [...offline.prefix, ...tests];
const env = { ...process.env, [SURROUNDINGS]: JSON.stringify(surroundings) };
const child = spawn(command, args, { env, stdio: 'inherit' });
// The terminal sends SIGINT to the runner too, which then ends; SIGTERM comes only here.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill(offline.contained ? 'SIGKILL' : 'SIGTERM'));
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});

function shout(text: string): void {
  console.error(`\n!!! ${text}\n`);
}
