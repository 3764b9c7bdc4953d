/**
 * Holds up the whole process for so many milliseconds. Only for a moment in which another process is about
 * to end something, where giving up the turn would let others of our own in between.
 */
export function pauseSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
