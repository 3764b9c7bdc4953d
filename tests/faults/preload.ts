/**
 * Fails or kills a program of ours at its N-th call to the file system or to a socket. Tests put it in
 * front of the compiled programs with {@link file://./fault.ts faultEnv}, that is
 *
 *     NODE_OPTIONS=--import=file:///…/dist/tests/faults/preload.js
 *     CC2CC_TEST_FAULT={"only":"daemon","log":"/…/calls","at":12,"do":"kill"}
 *
 * It does nothing without the second variable. What the fields mean is in fault.ts. In short:
 *
 * - **What is counted**: calls that touch the bridge root or the state, runtime or configuration folder
 *   of the environment, by path or by a descriptor that was opened there; connecting to, listening at
 *   and writing to sockets in them; writing to stdout; the daemon's report to who launched it; starting a
 *   child. Loading modules is not, so the numbers of two equal runs are the same, up to what runs at once.
 * - **What a call is**: what the system does in one step. writeFile, appendFile and mkdir of several
 *   folders are taken apart, so a kill leaves a file that is empty or half-written, as it would in life.
 *   (Only `rm` of a whole tree is one.) Each of the
 *   three ways to call (`…Sync`, callback, promise) has the same name: `open`, `write`, `link`, …
 * - **Reads count too**, unless `calls` says "changes": a kill between two reads leaves what a kill at the
 *   change before left.
 * - **Who**: `only` names the program (see program.ts), since children inherit the environment; a daemon
 *   that is launched, which gets no NODE_OPTIONS of its session, is given ours.
 * - **When**: numbers begin with the first call, or, with `arm`, once that file exists.
 * - **Once**: with `once` that file is made right before the fault; while it exists no process has another,
 *   so a daemon that is started again is not killed at the same N.
 */
import { isMainThread } from 'node:worker_threads';
import { readFault } from './counter.js';
import { program } from './program.js';
import { wrapChildren } from './wrap-children.js';
import { wrapFiles } from './wrap-files.js';
import { wrapPromises } from './wrap-promises.js';
import { wrapSockets } from './wrap-sockets.js';
import { syncBuiltinESMExports } from 'node:module';

if (isMainThread && readFault(program())) {
  wrapFiles();
  wrapPromises();
  wrapSockets();
}
if (isMainThread && process.env['CC2CC_TEST_FAULT'] !== undefined) wrapChildren(import.meta.url);
syncBuiltinESMExports(); // for who imports by name
