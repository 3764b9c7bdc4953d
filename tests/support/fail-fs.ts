import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';

type Name = 'openSync' | 'renameSync' | 'unlinkSync';

/**
 * Lets calls of `node:fs` in this process fail with EIO, until the test ends.
 *
 * @param fails whether this call is to fail, by its first argument
 */
export function failFs(t: TestContext, name: Name, fails: (path: string) => boolean): void {
  const original = fs[name] as (path: string, ...rest: unknown[]) => unknown;
  const { mock } = t.mock.method(fs, name, ((path: string, ...rest: unknown[]) => {
    if (fails(path)) throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO', errno: -5 });
    return original(path, ...rest);
  }) as never);
  syncBuiltinESMExports();
  t.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
}
