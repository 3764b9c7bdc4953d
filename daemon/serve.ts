import type { Socket } from 'node:net';
import type { Config } from '../protocol/config.js';
import type { SessionFacts } from '../protocol/hello.js';
import { answerControl, type ControlContext } from './control.js';
import type { LineReader, Service } from './listener.js';
import { takeBack } from './dropped.js';
import { isLookingAround } from './looking-around.js';
import { serveMcp } from './mcp/server.js';
import { toolsDigest } from './mcp/tools/index.js';
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
    tools: (facts) => toolsDigest(facts !== undefined && office.twins.mustStandBy(facts)),
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
  if (!session.standby && !isLookingAround(facts)) {
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
