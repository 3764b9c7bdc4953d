/**
 * Keeps Node from opening a debugger when it is sent SIGUSR1, as by tools that rotate logs: that is a
 * port on loopback without a password, where every user of the machine could run code as this one. A
 * listener takes the signal away from Node. `node --inspect` still does what it says.
 */
export function refuseDebugger(): void {
  process.on('SIGUSR1', () => undefined);
}
