/** True once per interval, and the first time. On a clock that nobody sets. */
export function every(ms: number): () => boolean {
  let next = 0;
  return () => {
    const now = performance.now();
    if (now < next) return false;
    next = now + ms;
    return true;
  };
}
