import { connect } from 'node:net';
import { errnoOf } from './errors.js';

/** Whether nobody listens at a socket. The system answers at once, also for a daemon that hangs. */
export function isDeadSocket(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error) => {
      resolve(errnoOf(error) === 'ECONNREFUSED');
    });
  });
}
