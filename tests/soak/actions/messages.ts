import { anyText, badText } from '../texts.js';
import { anyName, present, type World } from '../world.js';
import type { Action } from './action.js';

/** What agents do with their tools. */
export const messages: readonly Action[] = [
  {
    name: 'send',
    weight: 40,
    run: async (world) => {
      const { random } = world;
      const priority = random.pick(['low', 'normal', 'high', 'critical']);
      const type = random.pick(['message', 'message', 'response', 'status']);
      await present(world).agent.send(anyName(world), anyText(random), { priority, type });
    },
  },
  {
    name: 'burst',
    weight: 4,
    run: async (world) => {
      const { random } = world;
      const { agent } = present(world);
      const to = anyName(world);
      const texts = Array.from({ length: random.between(3, 25) }, () => anyText(random, 'plain'));
      await Promise.all(texts.map((text) => agent.send(to, text)));
    },
  },
  {
    name: 'refused send',
    weight: 2,
    run: async (world) => {
      const { random } = world;
      const { agent } = present(world);
      const to = random.pick([agent.name, 'nobody-here', '../etc', 'Not A Name', '']);
      if (random.chance(0.2)) await agent.send(anyName(world), badText(random));
      else await agent.send(to, anyText(random));
    },
  },
  {
    name: 'reply',
    weight: 14,
    run: async (world) => {
      const member = present(world);
      if (member.mail.length === 0) return false;
      await member.agent.reply(world.random.pick(member.mail), anyText(world.random));
      return undefined;
    },
  },
  {
    name: 'broadcast',
    weight: 1,
    run: async (world) => {
      const more = world.random.chance(0.2) ? { include_away: true } : {};
      await present(world).agent.broadcast(anyText(world.random, 'plain'), more);
    },
  },
  {
    name: 'check_inbox',
    weight: 16,
    run: async (world) => void (await tool(world, 'check_inbox')),
  },
  {
    name: 'other tool',
    weight: 6,
    run: async (world) => {
      const name = world.random.pick(['whoami', 'list_agents', 'list_tasks', 'agent_detail']);
      await tool(world, name, name === 'agent_detail' ? { name: anyName(world) } : {});
    },
  },
  {
    name: 'summary',
    weight: 1,
    run: async (world) => {
      await tool(world, 'set_summary', { summary: anyText(world.random, 'plain') });
    },
  },
  {
    name: 'wait',
    weight: 2,
    run: async (world) => {
      await tool(world, 'wait_for_message', { timeout_s: world.random.next() });
    },
  },
  {
    name: 'ask',
    weight: 2,
    run: async (world) => {
      const { random } = world;
      await present(world).agent.ask(anyName(world), anyText(random), random.next());
    },
  },
  {
    name: 'message_status',
    weight: 2,
    run: async (world) => {
      const member = present(world);
      if (member.mail.length === 0) return false;
      const id = world.random.pick(member.mail);
      await tool(world, 'message_status', { msg_id: id });
      return undefined;
    },
  },
  {
    name: 'task',
    weight: 2,
    run: async (world) => {
      const { random } = world;
      await present(world).agent.send(anyName(world), anyText(random), { type: 'task' });
    },
  },
  {
    name: 'task update',
    weight: 2,
    run: async (world) => {
      const { agent } = present(world);
      const { text } = await agent.call('list_tasks').catch(() => ({ text: '' }));
      const task = /task-[\w-]+/.exec(text)?.[0];
      if (task === undefined) return false;
      const state = world.random.pick(['working', 'completed', 'failed', 'canceled']);
      await agent.call('update_task', { task_id: task, state }).catch(() => undefined);
      return undefined;
    },
  },
];

/** A tool of one that is here. No answer is no mishap: its shim may have been killed. */
async function tool(world: World, name: string, args: Record<string, unknown> = {}): Promise<void> {
  const { agent } = present(world);
  const { client } = agent;
  try {
    const { text, isError } = await agent.call(name, args);
    if (isError && text.includes('E_INTERNAL')) world.mishaps.push(`${name}: ${text}`);
  } catch (error) {
    if (client.ended === undefined) world.mishaps.push(`${name}: ${String(error)}`);
  }
}
