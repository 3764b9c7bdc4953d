import child from 'node:child_process';
import { count } from './counter.js';

/**
 * Counts the start of a child, and hands ourselves on to one: a daemon that is launched gets the
 * settings of its session and no NODE_OPTIONS.
 */
export function wrapChildren(preload: string): void {
  const { spawn } = child;
  const made = (file: string, args?: unknown, options?: unknown): unknown => {
    const given = Array.isArray(args) ? options : args;
    const list = Array.isArray(args) ? (args as string[]) : [];
    const { env = process.env, ...rest } = (given ?? {}) as child.SpawnOptions;
    const isOurs = file === process.execPath && env['NODE_OPTIONS'] === undefined;
    const extra = isOurs ? { NODE_OPTIONS: `--import=${preload}` } : {};
    const step = count('spawn', 'sync', true, list[0] ?? file);
    const result = spawn(file, list, { ...rest, env: { ...env, ...extra } });
    step?.end();
    return result;
  };
  child.spawn = made as typeof spawn;
}
