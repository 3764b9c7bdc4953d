import type { Command } from 'commander';

/** A command of `cc2cc`: what the list of commands says of it, and how the rest is loaded. */
export interface CommandEntry {
  name: string;
  summary: string;
  /** The module of that name in this folder. */
  load: () => Promise<{ command: () => Command }>;
}

/**
 * All commands, in the order of the help. Each is loaded only when it is asked for: a person waits for
 * its start, a script at every turn of its loop.
 */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'set everything up: folders, key, service, Claude Code, hooks; prove it',
    load: () => import('./init.js'),
  },
  {
    name: 'send',
    summary: 'send a message to an agent',
    load: () => import('./send.js'),
  },
  {
    name: 'broadcast',
    summary: 'send a message to every agent that is online',
    load: () => import('./broadcast.js'),
  },
  {
    name: 'receive',
    summary: 'read mail, yours or that of an agent without a session',
    load: () => import('./receive.js'),
  },
  {
    name: 'reply',
    summary: 'answer a message',
    load: () => import('./reply.js'),
  },
  {
    name: 'task',
    summary: 'give tasks, list them, and tell what becomes of them',
    load: () => import('./task.js'),
  },
  {
    name: 'status',
    summary: 'the daemon and who is there, or what became of a message',
    load: () => import('./status.js'),
  },
  {
    name: 'doctor',
    summary: 'check everything, and say what mends it',
    load: () => import('./doctor.js'),
  },
  {
    name: 'agents',
    summary: 'who is there, or one agent with its card; needs no daemon',
    load: () => import('./agents.js'),
  },
  {
    name: 'cleanup',
    summary: 'remove what has ended and been kept long enough',
    load: () => import('./cleanup.js'),
  },
  {
    name: 'config',
    summary: 'show what settings apply and where they are from, or change config.json',
    load: () => import('./config.js'),
  },
  {
    name: 'log',
    summary: 'messages of all agents, those that wait and those of the past',
    load: () => import('./log.js'),
  },
  {
    name: 'trust',
    summary: 'who may write to whom: put a sender on a list, or show the lists',
    load: () => import('./trust.js'),
  },
  {
    name: 'block',
    summary: 'take no messages from a sender',
    load: () => import('./block.js'),
  },
  {
    name: 'inbox',
    summary: 'messages of new senders that wait for your approval',
    load: () => import('./inbox.js'),
  },
  {
    name: 'validate',
    summary: 'check message files, and say what is wrong and where',
    load: () => import('./validate.js'),
  },
  {
    name: 'completion',
    summary: 'a script that completes commands and agent names in your shell',
    load: () => import('./completion.js'),
  },
  {
    name: 'prove',
    summary: 'start the daemon and prove that messages arrive, with two throw-away agents',
    load: () => import('./prove.js'),
  },
  {
    name: 'uninstall',
    summary: 'remove what init and others have installed for this user; mail stays',
    load: () => import('./uninstall.js'),
  },
  {
    name: 'hook',
    summary: 'what Claude Code runs at its hooks; `hook settings` prints them for settings.json',
    load: () => import('./hook.js'),
  },
];
