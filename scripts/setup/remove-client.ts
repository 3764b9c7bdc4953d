import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Cc2ccError, storeError } from '../../protocol/errors.js';
import { tilde } from '../../protocol/terminal/text.js';
import { assertDone, demandClient } from '../claude/client-errors.js';
import { runClient } from '../claude/client.js';
import { readOurHooks, type OurHook } from '../claude/hooks.js';
import { uninstallHooks } from '../claude/hooks-file.js';
import { claudePlaces } from '../claude/places.js';
import { hasMarketplace, readPlugins } from '../claude/plugin.js';
import { readClientFile } from '../claude/read-file.js';
import { unregister, unregisterLine } from '../claude/register.js';
import { readRegistrations, type Registration } from '../claude/registration.js';
import { backupOf } from '../claude/settings-file.js';
import { attempt, type Step } from './step.js';

/** What is there for this installation, or for one that is gone; that of another one stays. */
function isToGo({ whose, missing }: Pick<Registration | OurHook, 'whose' | 'missing'>): boolean {
  return whose === 'this' || (whose === 'other' && missing.length > 0);
}

/** Takes our hooks out of the user's settings of Claude Code. */
export function removeOurHooks(dryRun: boolean): Promise<Step> {
  return attempt('hooks', () => {
    const path = claudePlaces().settings;
    const { hooks, state, problem } = readOurHooks(path);
    if (state === 'bad' && mentionsUs(path)) {
      throw new Cc2ccError('E_UNSAFE', problem ?? path, {
        hint: 'Take out what runs cc2cc.cjs by hand.',
      });
    }
    const count = hooks.filter(isToGo).length;
    if (count === 0) return { done: 'absent' };
    if (!dryRun) uninstallHooks(path, isToGo);
    return { path, done: 'removed', note: `${count} of ours` };
  });
}

/** Takes away what is registered for the user and for single projects; a step for each. */
export async function removeRegistrations(dryRun: boolean): Promise<Step[]> {
  const meant = readRegistrations().found.filter((one) => isToGo(one) && one.scope !== 'project');
  if (meant.length === 0) return [{ what: 'Claude Code', done: 'absent' }];
  const steps: Step[] = [];
  for (const registration of meant) {
    const { name, project } = registration;
    steps.push(
      await attempt('Claude Code', async () => {
        const client = demandClient(unregisterLine(registration));
        if (!dryRun) await unregister(client, registration);
        const where = project === undefined ? 'for all projects' : `in ${tilde(project)}`;
        return { done: 'removed', note: `${name}, ${where}` };
      }),
    );
  }
  return steps;
}

/** Uninstalls our Claude Code plugin, where it is. */
export async function removePlugins(dryRun: boolean): Promise<Step[]> {
  const steps: Step[] = [];
  for (const { id } of readPlugins()) {
    steps.push(
      await attempt('plugin', async () => {
        const line = `claude plugin uninstall ${id}`;
        const client = demandClient(line);
        if (!dryRun) assertDone(await runClient(client, ['plugin', 'uninstall', id]), line);
        return { done: 'removed', note: id };
      }),
    );
  }
  return steps;
}

/** Removes our backups of Claude Code's files where they hold nothing that is not in these. */
export function removeBackups(dryRun: boolean): Promise<Step> {
  return attempt('backups', () => {
    const spare = backups().filter(({ isSpare }) => isSpare);
    if (spare.length === 0) return { done: 'absent' };
    for (const { path } of spare) {
      try {
        if (!dryRun) rmSync(path);
      } catch (error) {
        throw storeError('remove the backup', path, error);
      }
    }
    return { done: 'removed', note: spare.map(({ path }) => tilde(path)).join(', ') };
  });
}

/** What stays of ours, or looks like it, with what to do about it; as sentences. */
export function leftWithClient(cwd: string = process.cwd()): string[] {
  const { found } = readRegistrations({ cwd });
  const ours = found.filter(({ whose }) => whose !== 'foreign');
  const inProject = [
    join(cwd, '.claude', 'settings.json'),
    join(cwd, '.claude', 'settings.local.json'),
  ]
    .map((file) => readOurHooks(file))
    .filter(({ hooks }) => hooks.length > 0);
  const own = readOurHooks();
  return [
    ...ours.map((one) => {
      const file = `${tilde(one.file)} registers ${one.name}${one.project === undefined ? '' : ` for ${tilde(one.project)}`}`;
      if (one.scope === 'project') return `${file}; others may share it: ${unregisterLine(one)}`;
      return isToGo(one) ? `${file}: ${unregisterLine(one)}` : `${file}, of another installation`;
    }),
    ...(own.hooks.some((hook) => !isToGo(hook))
      ? [`${tilde(own.file)} has hooks of another installation`]
      : []),
    ...inProject.map(({ file }) => `${tilde(file)} has hooks that run cc2cc`),
    ...(hasMarketplace()
      ? ['the marketplace of the plugin: claude plugin marketplace remove cc2cc']
      : []),
    ...backups().map(({ path }) => `${tilde(path)}, what was there before cc2cc init`),
  ];
}

/** Those that are there. */
function backups(): { path: string; isSpare: boolean }[] {
  const { settings, state } = claudePlaces();
  return [settings, state].flatMap((file) => {
    const path = backupOf(file);
    if (!existsSync(path)) return [];
    const [backup, present] = [readClientFile(path), readClientFile(file)];
    const isSpare =
      backup.kind === 'bytes' && present.kind === 'bytes' && backup.bytes.equals(present.bytes);
    return [{ path, isSpare }];
  });
}

function mentionsUs(path: string): boolean {
  const file = readClientFile(path);
  return file.kind === 'bytes' && file.bytes.includes('cc2cc.cjs');
}
