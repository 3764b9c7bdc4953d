import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  EmptyResultSchema,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { parseStamp } from '../../protocol/stamp.js';
import { version } from '../../protocol/version.js';
import { onlineNames } from '../directory.js';
import type { Office } from '../office.js';
import type { Session } from '../session.js';
import { callTool } from './call-tool.js';
import { instructionsFor } from './instructions.js';
import { TOOL_LIST, toolsDigest } from './tools/index.js';
import type { ToolCall } from './tools/tool.js';

/** A client that does not answer a ping for so long gets no pushes until it lists the tools again. */
const BARRIER_DEADLINE_MS = 60_000;

/** One for all: each server would make its own, of 20 KB, for forms that it sends; we send none. */
const FORM_VALIDATOR = new AjvJsonSchemaValidator();

/** Gives an attached session its MCP server, over the connection of its shim. */
export async function serveMcp(office: Office, session: Session): Promise<void> {
  const { transport, facts } = session;
  const server = new Server(
    { name: 'cc2cc', version: version() },
    {
      capabilities: { experimental: { 'claude/channel': {} }, tools: { listChanged: true } },
      jsonSchemaValidator: FORM_VALIDATOR,
      // In the options and not in the server info: there it never reaches the model.
      // One that stands by says nothing: the session's other server has said it.
      ...(session.standby
        ? {}
        : { instructions: instructionsFor(session.agent?.name, facts.plugin === true) }),
    },
  );
  const tellToolsChanged = (): void => {
    void server.sendToolListChanged().catch(ignoreClosed);
  };
  session.onTakeOver = tellToolsChanged;
  server.onerror = (error) => {
    office.log.debug({ err: error, name: session.agent?.name }, 'mcp error');
  };
  server.oninitialized = () => {
    const client = server.getClientVersion();
    if (client !== undefined) {
      // Into the card, which would not be read if it were too long.
      const [name, version] = [client.name, client.version].map((text) => text.slice(0, 200));
      session.client = { name: name ?? '', version: version ?? '' };
    }
    session.initialized = true;
    office.signOn(session);
    if (facts.reattach?.listed !== true) return;
    // The client is long past its start; only its tool list may be another daemon's.
    if (facts.reattach.tools !== toolsDigest(session.standby)) tellToolsChanged();
    void openAfterBarrier(office, session, server);
  };
  server.setRequestHandler(ListToolsRequestSchema, (_request, { requestId }) => {
    transport.afterSend(requestId, (sent) => {
      if (sent) void openAfterBarrier(office, session, server);
    });
    return { tools: session.standby ? [] : TOOL_LIST };
  });
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { requestId, signal }) => {
    const call: ToolCall = {
      office,
      session,
      requestId,
      stamp: parseStamp(params._meta?.['cc2cc/at']),
      signal,
      progress: progressTo(server, params._meta?.progressToken),
      park: async (waiting) => {
        office.running.delete(running);
        try {
          return await waiting;
        } finally {
          office.running.add(running);
        }
      },
    };
    // In a turn of its own: a handler may park before `running` would have a value.
    const running = Promise.resolve().then(() => callTool(params.name, params.arguments, call));
    office.running.add(running);
    return running.finally(() => office.running.delete(running));
  });
  await server.connect(transport);
}

/**
 * What is pushed before the client has set up its handlers is lost without a word, and nothing tells
 * when that is. It answers requests in order, so once it has answered pings that were sent after the
 * tool list, it is past that point. The second ping is the slack.
 */
async function openAfterBarrier(office: Office, session: Session, server: Server): Promise<void> {
  if (session.open) return;
  try {
    for (let round = 0; round < 2; round += 1) {
      await server.request({ method: 'ping' }, EmptyResultSchema, { timeout: BARRIER_DEADLINE_MS });
    }
  } catch (error) {
    if (session.ended) return;
    office.log.warn(
      { err: error, name: session.agent?.name },
      'no answer to a ping; nothing is pushed',
    );
    return;
  }
  if (session.open || session.ended) return;
  session.open = true;
  if (session.agent !== undefined && session.facts.reattach === undefined)
    selfWake(office, session);
  session.offer();
}

/** Nobody waits for this answer, so a disk that fails just then is no reason to say nothing. */
function othersOnline(office: Office, name: string): string[] {
  try {
    return onlineNames(office, name);
  } catch (error) {
    office.log.error({ err: error, name }, 'cannot look who is online');
    return office.agentNames().filter((other) => other !== name);
  }
}

/** The first words in a session: who it is and who else is there. */
function selfWake(office: Office, session: Session): void {
  const name = session.agent?.name;
  if (name === undefined) return;
  const others = othersOnline(office, name);
  const online = others.length === 0 ? 'nobody else yet' : others.join(', ');
  session.informedAt = Date.now();
  session.notice(`You are "${name}". Online: ${online}.`, {
    type: 'status',
    event: 'attached',
    agent: name,
  });
}

function progressTo(
  server: Server,
  progressToken: string | number | undefined,
): ToolCall['progress'] {
  return (progress, total, message) => {
    if (progressToken === undefined) return;
    server
      .notification({
        method: 'notifications/progress',
        params: { progressToken, progress, total, message },
      })
      .catch(ignoreClosed);
  };
}

function ignoreClosed(): void {
  // The connection ended first; the next daemon will tell the session.
}
