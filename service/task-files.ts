import { join } from 'node:path';
import { Cc2ccError } from '../protocol/errors.js';
import { SETTING_KEYS, settingOf } from '../protocol/settings/all.js';
import { xmlText } from './escape.js';
import type { ServiceSpec } from './manager.js';
import { renderTemplate } from './template.js';
import { windowsText, windowsWord } from './windows-words.js';

/** How the task runs the daemon: without a window by VBScript, or plainly, where that is gone. */
export type Launcher = 'wscript' | 'plain';

/** A file of the service, as `ServiceManager.render` has it. */
export interface TaskFile {
  path: string;
  content: Buffer;
  mode: number;
}

/** The Task Scheduler takes no more. */
const MAX_PATH = 260;

/** The Task Scheduler replaces the variable by itself. */
const WSCRIPT = '%SystemRoot%\\System32\\wscript.exe';

/** Where the task's definition is kept; the Task Scheduler has a copy of its own. */
export function taskPath(spec: ServiceSpec): string {
  return join(spec.state, 'service.xml');
}

export function launcherPath(spec: ServiceSpec): string {
  return join(spec.state, 'service.vbs');
}

/**
 * The definition of the task, and what it runs the daemon by.
 *
 * @throws Cc2ccError E_PATH for a path that a task cannot hold
 */
export function taskFiles(spec: ServiceSpec, launcher: Launcher): TaskFile[] {
  const daemon = [spec.daemon, ...placeFlags(spec.environment), 'run', '--service'];
  const [command, words] =
    launcher === 'wscript'
      ? [WSCRIPT, ['//B', '//NoLogo', launcherPath(spec), spec.node, ...daemon]]
      : [spec.node, daemon];
  const task = renderTemplate('windows/cc2cc-daemon.xml', {
    user: xmlText(spec.user),
    command: xmlText(short(command)),
    arguments: xmlText(words.map(word).join(' ')),
    folder: xmlText(short(spec.home)),
  });
  const files: TaskFile[] = [{ path: taskPath(spec), content: windowsText(task), mode: 0o600 }];
  if (launcher === 'plain') return files;
  // Nothing but ASCII: read alike in whatever code page.
  const script = renderTemplate('windows/launcher.vbs', {}).replaceAll('\n', '\r\n');
  return [{ path: launcherPath(spec), content: Buffer.from(script), mode: 0o600 }, ...files];
}

/**
 * The variables of a service as flags, since a task has no variables of its own. What has no flag is
 * the system's, and comes with the login.
 */
export function placeFlags(environment: ServiceSpec['environment']): string[] {
  return SETTING_KEYS.flatMap((key) => {
    const { variables, flag } = settingOf(key);
    const value = environment[variables[0]];
    return value === undefined ? [] : [`${flag}=${value}`];
  });
}

/** Options of wscript itself stay bare: in quotes they would be a script's name. */
function word(text: string): string {
  return text.startsWith('//') ? text : windowsWord(text);
}

function short(path: string): string {
  if (path.length <= MAX_PATH) return path;
  throw new Cc2ccError(
    'E_PATH',
    `A task cannot be given more than ${MAX_PATH} characters: ${path}`,
    {
      hint: 'Install Node and cc2cc in a folder with a shorter path.',
    },
  );
}
