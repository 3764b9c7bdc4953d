/** All of protocol/ that a shim loads only to start a daemon, as one chunk. */
export { launchDaemon } from '../protocol/launch.js';
export { replaceOlder } from '../protocol/replace.js';
