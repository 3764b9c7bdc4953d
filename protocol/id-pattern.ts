/**
 * Ids that we accept in files: ours (`msg-<uuid v7>`), the original's (`msg-<uuid v4>`) and what
 * people write by hand. The id is a file name, so nothing else may pass. In a file of its own: what
 * makes ids loads a package that shims and hooks have no time for.
 */
export const ID_PATTERN = /^msg-[A-Za-z0-9_-]{1,64}$/;

export function isMessageId(value: unknown): value is string {
  return typeof value === 'string' && ID_PATTERN.test(value);
}
