import { fileURLToPath } from 'node:url';

// The bundle lies beside daemon/ as dist/scripts does, so these paths mean the same in both.
export const DAEMON = fileURLToPath(new URL('../daemon/main.js', import.meta.url));
export const SHIM = fileURLToPath(new URL('../bin/cc2cc-shim.cjs', import.meta.url));
export const CC2CC = fileURLToPath(new URL('../bin/cc2cc.cjs', import.meta.url));
