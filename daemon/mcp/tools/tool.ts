import { z } from 'zod';
import { parseBy } from '../../../protocol/check-by.js';
import type { Stamp } from '../../../protocol/stamp.js';
import type { Entry } from '../../entry.js';
import type { Office } from '../../office.js';
import type { Session } from '../../session.js';

/** What a tool's handler works with. */
export interface ToolCall {
  office: Office;
  session: Session;
  requestId: string | number;
  stamp: Stamp | undefined;
  /** Aborted when the client cancels the request or is gone: no answer is sent then. */
  signal: AbortSignal;
  /** Tells the client that the call still goes on; it may give up on one that is silent. */
  progress: (seconds: number, of: number, message: string) => void;
  /** Waits for something that may take minutes; nobody else has to wait for this call meanwhile. */
  park: <T>(waiting: Promise<T>) => Promise<T>;
}

/** The text for the model, and the messages below it. */
export interface ToolAnswer {
  text: string;
  /** Asks for all that waits and for what was pushed without a sign that it was seen. */
  inbox?: true;
  /** Messages that were set aside for this answer. */
  messages?: readonly Entry[];
}

/** A tool as it is defined: one a file. */
export interface Tool {
  name: string;
  description: string;
  inputSchema: Record<string, unknown>;
  /** Loaded from the start; the client shows only the names of the others to the model. */
  alwaysLoad: boolean;
  readOnly: boolean;
  /** Checks the arguments and does the work. */
  call: (args: unknown, call: ToolCall) => Promise<ToolAnswer> | ToolAnswer;
}

/** A message's text: something must be left when the blanks are taken away. */
export const textArgument = z
  .string()
  .min(1, { error: 'is empty', abort: true })
  .refine((text) => text.trim() !== '', 'is empty');

/** Puts a tool together; the handler's arguments have the type that the schema has checked. */
export function defineTool<Schema extends z.ZodObject>(tool: {
  name: string;
  description: string;
  schema: Schema;
  alwaysLoad?: boolean;
  readOnly?: boolean;
  handle: (args: z.infer<Schema>, call: ToolCall) => Promise<ToolAnswer> | ToolAnswer;
}): Tool {
  const { $schema, ...inputSchema } = z.toJSONSchema(tool.schema, { io: 'input' });
  void $schema; // the default dialect; naming it costs every session tokens
  return {
    name: tool.name,
    description: tool.description,
    inputSchema,
    alwaysLoad: tool.alwaysLoad ?? false,
    readOnly: tool.readOnly ?? false,
    call: (args, call) => tool.handle(parseBy(tool.schema, args ?? {}), call),
  };
}
