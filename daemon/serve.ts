import type { Socket } from 'node:net';
import type { Config } from '../protocol/config.js';
import type { SessionFacts } from '../protocol/hello.js';
import { answerControl, type ControlContext } from './control.js';
import type { LineReader, Service } from './listener.js';
import { takeBack } from './dropped.js';
import { serveMcp } from './mcp/server.js';
import { TOOLS_DIGEST } from './mcp/tools/index.js';
import { SessionTransport } from './mcp/transport.js';
import type { Office } from './office.js';
import { Session } from './session.js';

/** Connects welcomed connections with the office and the control methods. */
export function makeService(
  office: Office,
  instance: string,
  control: ControlContext,
  retiring: () => boolean,
): Service {
  return {
    tools: TOOLS_DIGEST,
    retiring,
    session: (facts, socket) => serveSession(office, instance, facts, socket),
    control: (socket) => answerControl(control, socket),
  };
}

function serveSession(
  office: Office,
  instance: string,
  facts: SessionFacts,
  socket: Socket,
): LineReader {
  const transport = new SessionTransport(socket, instance);
  const session = new Session(
    withDefaults(facts, office.config),
    transport,
    office.sockets.of(facts.ppid),
  );
  office.admit(session);
  if (!isLookingAround(facts)) {
    try {
      office.register(session);
    } catch (error) {
      // The session goes on without a name; its first tool call tries again and tells the model why.
      office.log.error({ err: error, shim: facts.pid }, 'cannot register a session');
    }
  }
  transport.onhop = (method, params) => {
    // Unknown ones are a newer shim's, which does without where the daemon is older.
    if (method === 'cc2cc/dropped') takeBack(office, session, params['ids']);
  };
  socket.on('drain', () => {
    session.offer();
  });
  serveMcp(office, session).catch((error: unknown) => {
    office.log.error({ err: error }, 'cannot serve a session');
    socket.destroy();
  });
  return {
    onLine: (line) => {
      transport.receive(line);
    },
    onClose: () => {
      transport.closed();
      office.dismiss(session, 'session ended');
    },
  };
}

/** What a session's environment and flags leave open, the daemon's configuration decides. */
function withDefaults(facts: SessionFacts, config: Config): SessionFacts {
  const {
    lanes = config.lanes,
    transcript = config.transcript,
    presence = config.presence,
  } = facts;
  return { ...facts, ...(lanes === undefined ? {} : { lanes }), transcript, presence };
}

/**
 * A health check of the client (`mcp list`) starts the server like a session does, but without an
 * inbox of its own, and ends at once. `claude -p` has one and ends soon too: an agent with a random
 * name, whose mailbox nobody would read again, unless it was given a name to be reached by. Both
 * become agents with their first tool call.
 */
function isLookingAround(facts: SessionFacts): boolean {
  const { entrypoint, messaging, wantedName, reattach } = facts;
  if (entrypoint !== 'sdk-cli' || reattach?.name !== undefined) return false;
  return !messaging || wantedName === undefined;
}
