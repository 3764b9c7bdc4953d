import { z } from 'zod';
import type { Stamp } from '../../../protocol/stamp.js';
import type { Office } from '../../office.js';
import type { Session } from '../../session.js';

/** What a tool's handler works with. */
export interface ToolCall {
  office: Office;
  session: Session;
  requestId: string | number;
  stamp: Stamp | undefined;
}

/** The text for the model; `inbox` asks for waiting messages to be put below it, in full. */
export interface ToolAnswer {
  text: string;
  inbox?: true;
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
  .min(1)
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
    call: (args, call) => tool.handle(tool.schema.parse(args ?? {}), call),
  };
}
