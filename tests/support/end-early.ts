import type { Sandbox } from './sandbox.js';

const EXIT_CODE = 143; // 128 + SIGTERM

const sandboxes = new Set<Sandbox>();
let isEnding = false;

/**
 * Cleans the sandbox up, too, when this process is ended by SIGTERM, as the runner does to a file that
 * takes too long: what was started in it would run on for ever.
 *
 * @returns to be called when it is cleaned up otherwise
 * @throws Error when it is too late to start something
 */
export function cleanUpOnTerm(sandbox: Sandbox): () => void {
  if (isEnding) throw new Error('This process was told to end.');
  if (sandboxes.size === 0) process.on('SIGTERM', cleanUp);
  sandboxes.add(sandbox);
  return () => {
    sandboxes.delete(sandbox);
    if (sandboxes.size === 0) process.off('SIGTERM', cleanUp);
  };
}

function cleanUp(): void {
  isEnding = true;
  const all = [...sandboxes].map((sandbox) => sandbox.cleanup());
  void Promise.allSettled(all).finally(() => process.exit(EXIT_CODE));
}
