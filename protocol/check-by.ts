import { z } from 'zod';

/**
 * Checks a value that others made by a schema. A schema alone is not enough: zod measures what has a
 * `length`, whatever that is, and `{"length": {"toString": 1}}` in the place of a short text made it
 * throw a TypeError. A rules.json with that in it ended the daemon.
 *
 * @returns as `safeParse`; what a check stumbles over is refused like any other
 */
export function checkBy<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { success: true; data: z.output<S> } | { success: false; error: z.ZodError } {
  try {
    // eslint-disable-next-line no-restricted-syntax -- the one place where it is caught
    return schema.safeParse(value);
  } catch {
    const issue = { code: 'custom' as const, path: [], message: 'cannot be checked' };
    return { success: false, error: new z.ZodError([{ ...issue, input: undefined }]) };
  }
}

/** @throws ZodError for a value that does not fit */
export function parseBy<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = checkBy(schema, value);
  if (result.success) return result.data;
  throw result.error;
}
