import * as nodeModule from 'node:module';
import { isAbsolute, join } from 'node:path';
import envPaths from 'env-paths';
import { ensurePrivateFolder } from './private-folder.js';

/** Since Node 22.8; the types are those of the oldest Node that we run on. */
interface WithCompileCache {
  enableCompileCache?: (folder: string) => unknown;
}

/** Where Node keeps what it has compiled of ours: whoever could write there could have us run anything. */
export function compileCacheFolder(): string {
  return join(envPaths('cc2cc', { suffix: '' }).cache, 'compiled');
}

/**
 * From here on Node takes code that it loads from where it kept it compiled the last time, and keeps it
 * there at its end: a tenth of what a command takes to start. `NODE_DISABLE_COMPILE_CACHE=1` turns it
 * off. Without a folder of ours for it, nothing is kept.
 */
export function useCompileCache(): void {
  const { enableCompileCache } = nodeModule as WithCompileCache;
  if (enableCompileCache === undefined) return;
  try {
    const folder = compileCacheFolder();
    if (!isAbsolute(folder)) return; // a relative XDG_CACHE_HOME is none, says its specification
    ensurePrivateFolder(folder);
    enableCompileCache(folder);
  } catch {
    // It is slower then, and nothing else.
  }
}
