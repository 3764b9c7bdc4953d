/** Prints the host paths of the environment it runs in; see sandbox.ts. */
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';

process.stdout.write(JSON.stringify(hostPaths(bridgeRoot())));
