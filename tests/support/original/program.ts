/**
 * A stand-in for the original cc2cc's server of one session, `program.js NAME`: it does with the
 * files of a bridge root what the original does, as docs/SPECIFICATION.md tells. A test drives it by
 * JSON lines on stdin; what it does and receives it says in JSON lines on stdout.
 */
import { createInterface } from 'node:readline';
import { Cipher } from './cipher.js';
import { OriginalMailbox, type HalfWritten, type OriginalDraft } from './mailbox.js';
import { OriginalPresence } from './presence.js';

/** One line on stdin. */
export type Command = { n: number } & (
  | ({ do: 'send' } & OriginalDraft)
  | { do: 'reply'; id: string; text: string }
  | ({ do: 'begin' } & OriginalDraft)
  | { do: 'finish'; id: string }
  | { do: 'online' }
  | { do: 'quit' }
  | { do: 'crash' }
);

function main([name = 'original']: readonly string[], env: NodeJS.ProcessEnv): void {
  process.umask(0o022); // the usual one
  const root = env['BRIDGE_DIR'] || env['CC2CC_BRIDGE_DIR'];
  if (!root) throw new Error('Neither BRIDGE_DIR nor CC2CC_BRIDGE_DIR is set.');
  const mailbox = new OriginalMailbox(root, name, new Cipher(root, env['CC2CC_ENCRYPT'] === '1'));
  const presence = new OriginalPresence(root, name, Number(env['ORIGINAL_PPID'] ?? process.ppid));
  const had = new Map<string, { from: string; type: string }>();
  const half = new Map<string, HalfWritten>();
  const say = (line: object): void => {
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };

  const deliver = (draft: OriginalDraft): string => {
    const { id, finish } = mailbox.write(draft);
    finish();
    return id;
  };
  const consume = (): void => {
    const { messages, expired } = mailbox.consume();
    for (const message of messages) {
      had.set(message.id, message);
      say({ event: 'message', message });
    }
    for (const { id, from, ttl } of expired) {
      say({ event: 'expired', id });
      const text = `Message ${id} expired (TTL ${ttl}s)`;
      deliver({ to: from, text, type: 'status', replyTo: id });
    }
  };
  const perform = (command: Command): object => {
    switch (command.do) {
      case 'send':
        if (!presence.isOnline(command.to)) throw new Error(`${command.to} is not online`);
        return { id: deliver(command) };
      case 'reply': {
        const { from, type } = had.get(command.id) ?? {};
        if (from === undefined) throw new Error(`no message ${command.id}`);
        return {
          id: deliver({
            to: from,
            text: command.text,
            type: type === 'task' ? 'response' : 'message',
            replyTo: command.id,
          }),
        };
      }
      case 'begin': {
        const written = mailbox.write(command);
        half.set(written.id, written);
        return { id: written.id };
      }
      case 'finish':
        half.get(command.id)?.finish();
        return { id: command.id };
      case 'online':
        return { names: presence.online() };
      case 'quit':
      case 'crash':
        return {};
    }
  };

  const end = (how: 'quit' | 'crash'): void => {
    if (how === 'quit') presence.beat('offline', 'session ended');
    else presence.farewell();
    process.exit(how === 'quit' ? 0 : 1);
  };

  presence.cleanUp();
  presence.beat('active', 'session started');
  setInterval(
    () => {
      presence.beat('active', 'working');
    },
    Number(env['ORIGINAL_BEAT_MS'] ?? 5_000),
  );
  setInterval(consume, Number(env['ORIGINAL_POLL_MS'] ?? 3_000));
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const command = JSON.parse(line) as Command;
      consume(); // as on every tool call
      try {
        say({ n: command.n, ...perform(command) });
      } catch (error) {
        say({ n: command.n, error: error instanceof Error ? error.message : String(error) });
      }
      if (command.do === 'quit' || command.do === 'crash') end(command.do);
    })
    .on('close', () => {
      end('quit');
    });
  say({ event: 'ready', name });
}

main(process.argv.slice(2), process.env);
