import { closeSync } from 'node:fs';

/**
 * Closes a file of which nothing depends on how that ends: it was only read, or it has been synced, or it is
 * given up. The descriptor is free in any case; a network file system may still say EIO or ESTALE.
 */
export function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // see above
  }
}
