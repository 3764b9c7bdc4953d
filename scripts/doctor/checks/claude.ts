import { byHand, fail, ok, skip, warn, type Check, type Finding } from '../check.js';
import { INSTALL_CLAUDE, INSTALL_HOOKS, REGISTER } from '../commands.js';
import { clientVersion, findClient } from '../../claude/client.js';
import { readOurHooks, type OurHooks } from '../../claude/hooks.js';
import { unregisterLine } from '../../claude/register.js';
import { readPlugins } from '../../claude/plugin.js';
import { readRegistrations, shownServer, type Registration } from '../../claude/registration.js';
import { isAtLeast } from './node.js';
import { count, few } from '../words.js';

/** From here on a session has a socket of its own, by which mail wakes it without a flag. */
const WITH_SOCKET = process.platform === 'win32' ? '2.1.234' : '2.1.224';

/** `--version` takes a tenth of a second. */
const VERSION_MS = 5_000;

/** Claude Code, and what it knows of us. Its files are read and never changed here. */
export const CLAUDE_CHECKS: readonly Check[] = [
  {
    id: 'claude',
    title: 'Claude Code',
    look: async () => {
      const client = findClient();
      if (client === undefined) {
        return warn('there is no command claude on PATH', byHand(INSTALL_CLAUDE));
      }
      const version = await clientVersion(client, VERSION_MS);
      if (version === undefined) {
        return warn(`${client} does not tell its version`, byHand(`'${client}' --version`));
      }
      if (isAtLeast(version, WITH_SOCKET)) return ok(`${version} at ${client}`);
      return warn(
        `${version} is older than ${WITH_SOCKET}: idle sessions are not woken by themselves`,
        {
          details: [
            'Without the socket of newer ones only the channel flag and the hooks bring mail.',
          ],
          ...byHand('claude update'),
        },
      );
    },
  },
  {
    id: 'registration',
    title: 'Registration',
    look: () => {
      const { found, problems } = readRegistrations();
      if (problems.length > 0) {
        return fail('files of Claude Code cannot be read', {
          details: problems,
          ...byHand('claude mcp list'),
        });
      }
      return judgeRegistrations(found);
    },
  },
  { id: 'hooks', title: 'Hooks', look: () => judgeHooks(readOurHooks(), pluginInUse()) },
];

/** Id of our plugin, where it is switched on. */
function pluginInUse(): string | undefined {
  return readPlugins().find(({ enabled }) => enabled)?.id;
}

function judgeRegistrations(found: readonly Registration[]): Finding {
  const broken = found.filter(({ missing }) => missing.length > 0);
  if (broken.length > 0) {
    return fail('the registration names what is not there', {
      details: few(
        broken.flatMap(({ file, missing }) => missing.map((path) => `${path}, in ${file}`)),
      ),
      ...byHand(replacing(broken[0], REGISTER)), // what leads to nothing it replaces by itself
    });
  }
  const foreign = found.find(({ whose, name }) => whose === 'foreign' && name === 'cc2cc');
  if (foreign !== undefined) {
    return fail(`another server is registered as cc2cc in ${foreign.file}`, {
      ...byHand(replacing(foreign)),
    });
  }
  const ours = found.filter(({ whose }) => whose !== 'foreign');
  const plugin = pluginInUse();
  if (ours.length === 0) {
    if (plugin !== undefined) return ok('by the plugin');
    return warn('not registered with Claude Code', byHand(REGISTER));
  }
  const forAll = ours.find(({ scope }) => scope === 'user') ?? ours[0];
  if (plugin !== undefined) {
    return warn('registered, and the plugin has a server too, which stands by in each session', {
      details: ours.map(({ file }) => file),
      ...byHand(`claude plugin uninstall ${plugin}`),
    });
  }
  const other = ours.find(({ whose }) => whose === 'other');
  if (other !== undefined) {
    return warn('the registration is of another installation', {
      details: [`${shownServer(other)}, in ${other.file}`],
      ...byHand(replacing(other)),
    });
  }
  if (forAll?.scope !== 'user') {
    return ok(`for ${count(ours.length, 'project')} only: ${forAll?.project ?? '?'}`);
  }
  return ok('for all projects of this user');
}

/** `init` replaces what is registered for the user; of a project one has to take it away. */
function replacing(registration: Registration | undefined, line = `${REGISTER} --replace`): string {
  if (registration === undefined || registration.scope === 'user') return line;
  return `${unregisterLine(registration)}; ${REGISTER}`;
}

/** Without hooks mail comes all the same, by the session's socket; so a lack of them is told, no more. */
function judgeHooks(found: OurHooks, plugin: string | undefined): Finding {
  if (found.state === 'bad') {
    const problem = found.problem?.replace(/\.$/, '') ?? `${found.file} cannot be read`;
    return fail(problem, byHand(`$EDITOR '${found.file}'`));
  }
  const missing = found.hooks.flatMap((hook) => hook.missing);
  if (missing.length > 0) {
    return fail('hooks name what is not there: each turn of a session meets an error', {
      details: few([...new Set(missing)].map((path) => `${path}, in ${found.file}`)),
      ...byHand(INSTALL_HOOKS),
    });
  }
  if (found.skipped) {
    return fail('Claude Code skips a settings file with comments or commas too many', {
      details: [found.file],
      ...byHand(`$EDITOR '${found.file}'`),
    });
  }
  if (plugin !== undefined && found.hooks.length > 0) {
    return warn('hooks are there twice, of which one is heard: of the plugin and in the settings', {
      details: [found.file],
      ...byHand(`claude plugin uninstall ${plugin}`),
    });
  }
  if (found.disabled)
    return warn(`disableAllHooks is set in ${found.file}`, byHand(`$EDITOR '${found.file}'`));
  if (plugin !== undefined) return ok('by the plugin');
  if (found.doubled.length > 0) {
    return warn(`hooks are there twice at ${found.doubled.join(', ')}`, {
      details: [found.file],
      ...byHand(INSTALL_HOOKS),
    });
  }
  if (found.hooks.length === 0) {
    return skip(`none is installed; sessions are woken without them (${INSTALL_HOOKS} makes them)`);
  }
  if (found.lacking.length > 0) {
    return warn(`none at ${found.lacking.join(', ')}`, byHand(INSTALL_HOOKS));
  }
  const other = found.hooks.find(({ whose }) => whose === 'other');
  if (other !== undefined) {
    return warn('the hooks are of another installation', {
      details: [`${other.command}, in ${found.file}`],
      ...byHand(`${INSTALL_HOOKS} --replace`),
    });
  }
  return ok(`${count(found.hooks.length, 'hook')} in ${found.file}`);
}
