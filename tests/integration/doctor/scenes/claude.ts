/** Claude Code: the program, the registration, the hooks. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CC2CC } from '../../../support/cli.js';
import { type Scene } from '../scene.js';
import { changeHooks, fakeClaude, register, settingsFile } from '../support.js';

export const CLAUDE_SCENES: readonly Scene[] = [
  {
    id: 'claude',
    what: 'there is no Claude Code',
    breaks: (sandbox) => rmSync(join(sandbox.dir, 'bin', 'claude')),
    state: 'warn',
    says: /no command claude/,
    mend: /^npm install --global @anthropic-ai\/claude-code$/,
  },
  {
    id: 'claude',
    what: 'Claude Code is old',
    breaks: (sandbox) => fakeClaude(sandbox, 'echo "2.1.150 (Claude Code)"'),
    state: 'warn',
    says: /2\.1\.150 is older than 2\.1\.2/,
    mend: /^claude update$/,
  },
  {
    id: 'claude',
    what: 'Claude Code fails',
    breaks: (sandbox) => fakeClaude(sandbox, 'exit 3'),
    state: 'warn',
    says: /does not tell its version/,
    mend: /--version$/,
  },
  {
    id: 'claude',
    what: 'Claude Code hangs',
    breaks: (sandbox) => fakeClaude(sandbox, 'exec sleep 600'),
    state: 'warn',
    says: /does not tell its version/,
    mend: /--version$/,
  },
  {
    id: 'registration',
    what: 'there is none',
    breaks: (sandbox) => {
      register(sandbox, { other: { command: 'other' } });
    },
    state: 'warn',
    says: /not registered/,
    mend: /^cc2cc init --register$/,
  },
  {
    id: 'registration',
    what: 'the shim is gone',
    breaks: (sandbox) => {
      register(sandbox, { cc2cc: { command: 'node', args: ['/gone/dist/bin/cc2cc-shim.cjs'] } });
    },
    state: 'fail',
    says: /names what is not there/,
    mend: /^cc2cc init --register$/,
  },
  {
    id: 'registration',
    what: 'another server has the name',
    breaks: (sandbox) => {
      register(sandbox, { cc2cc: { command: 'other', args: [] } });
    },
    state: 'fail',
    says: /another server is registered as cc2cc/,
    mend: /^cc2cc init --register --replace$/,
  },
  {
    id: 'registration',
    what: 'another installation is registered',
    breaks: (sandbox) => {
      const shim = join(sandbox.dir, 'cc2cc-shim.cjs');
      writeFileSync(shim, '');
      register(sandbox, { cc2cc: { command: process.execPath, args: [shim] } });
    },
    state: 'warn',
    says: /of another installation/,
    mend: /^cc2cc init --register --replace$/,
  },
  {
    id: 'registration',
    what: 'the file of Claude Code is broken',
    breaks: (sandbox) => writeFileSync(join(sandbox.home, '.claude.json'), '{'),
    state: 'fail',
    says: /cannot be read/,
    mend: /^claude mcp list$/,
  },
  {
    id: 'registration',
    what: 'the plugin is on as well',
    breaks: (sandbox) => {
      changeHooks(sandbox, () => JSON.stringify({ enabledPlugins: { 'cc2cc@here': true } }));
    },
    state: 'warn',
    says: /stands by/,
    mend: /^claude plugin uninstall cc2cc@here$/,
  },
  {
    id: 'hooks',
    what: 'none is installed',
    breaks: (sandbox) => rmSync(settingsFile(sandbox)),
    state: 'skip',
    says: /none is installed/,
  },
  {
    id: 'hooks',
    what: 'their program is gone',
    breaks: (sandbox) => {
      changeHooks(sandbox, (text) => text.replaceAll(CC2CC, '/gone/dist/bin/cc2cc.cjs'));
    },
    state: 'fail',
    says: /hooks name what is not there/,
    mend: /^cc2cc init --hooks$/,
  },
  {
    id: 'hooks',
    what: 'one is missing',
    breaks: (sandbox) => {
      changeHooks(sandbox, (text) => text.replace('"Stop"', '"SubagentStop"'));
    },
    state: 'warn',
    says: /none at Stop/,
    mend: /^cc2cc init --hooks$/,
  },
  {
    id: 'hooks',
    what: 'one is there twice',
    breaks: (sandbox) => {
      changeHooks(sandbox, (text) => {
        const settings = JSON.parse(text);
        settings.hooks.Stop.push(settings.hooks.Stop[0]);
        return JSON.stringify(settings);
      });
    },
    state: 'warn',
    says: /there twice at Stop/,
    mend: /^cc2cc init --hooks$/,
  },
  {
    id: 'hooks',
    what: 'the plugin has them too',
    breaks: (sandbox) => {
      register(sandbox, {});
      changeHooks(sandbox, (text) =>
        JSON.stringify({ ...JSON.parse(text), enabledPlugins: { 'cc2cc@here': true } }),
      );
    },
    state: 'warn',
    says: /there twice/,
    mend: /^claude plugin uninstall cc2cc@here$/,
  },
  {
    id: 'hooks',
    what: 'all hooks are switched off',
    breaks: (sandbox) => {
      changeHooks(sandbox, (text) =>
        JSON.stringify({ ...JSON.parse(text), disableAllHooks: true }),
      );
    },
    state: 'warn',
    says: /disableAllHooks/,
    mend: /settings\.json/,
  },
  {
    id: 'hooks',
    what: 'the settings are broken',
    breaks: (sandbox) => {
      changeHooks(sandbox, () => '{"hooks": ');
    },
    state: 'fail',
    says: /settings\.json: not valid JSON/,
    mend: /settings\.json/,
  },
];
