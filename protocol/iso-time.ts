const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?$/;

/** Whether a text is a time as files have it: what somebody else wrote may be anything, and is shown. */
export function isIsoTime(text: unknown): text is string {
  return typeof text === 'string' && ISO_TIME.test(text) && !Number.isNaN(Date.parse(text));
}
