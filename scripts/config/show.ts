import { existsSync } from 'node:fs';
import { explainConfig, unknownKey } from '../../protocol/config.js';
import { ExitCode } from '../../protocol/errors.js';
import { hostId } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { isSettingKey, settingOf, type SettingKey } from '../../protocol/settings/all.js';
import { configPath } from '../../protocol/settings/file.js';
import { renderTable, type Column } from '../../protocol/terminal/table.js';
import { terminalOf } from '../../protocol/terminal/terminal.js';
import { pad, wrap } from '../../protocol/terminal/text.js';
import { expectation } from '../../protocol/settings/setting.js';
import { print, printJson } from '../cli/output.js';
import { configInForce, differences } from './in-force.js';

const COLUMNS: readonly Column[] = [
  { head: 'SETTING' },
  { head: 'VALUE', least: 8 },
  { head: 'FROM', least: 7 },
];

/** One setting as `--json` shows it. */
interface Shown {
  key: SettingKey;
  /** Null where there is none and the program finds out by itself. */
  value: unknown;
  source: 'flag' | 'variable' | 'file' | 'default';
  /** The flag, the variable or the path of the file. */
  from: string | null;
  /** What the running daemon works by, where that is something else. */
  inForce?: unknown;
}

/** `cc2cc config --path`. */
export async function showPath(): Promise<number> {
  await print(configPath());
  return ExitCode.ok;
}

/**
 * `cc2cc config`: every setting, and where its value is from.
 *
 * @throws Cc2ccError E_USAGE that names what is wrong
 */
export async function showAll(json: boolean): Promise<number> {
  const path = configPath();
  const { settings, pid } = await gather();
  const exists = existsSync(path);
  if (json) {
    await printJson({ file: { path, exists }, daemon: pid ?? null, settings });
    return ExitCode.ok;
  }
  const rows = settings.map(({ key, value, source, from }) => [
    key,
    printable(value ?? settingOf(key).otherwise?.replaceAll('`', '') ?? '-'),
    source === 'default' ? 'default' : source === 'file' ? 'config.json' : (from ?? source),
  ]);
  await print(
    ...renderTable(COLUMNS, rows, terminalOf()),
    '',
    `config.json: ${printable(path)}${exists ? '' : ' (does not exist)'}`,
  );
  const other = settings.filter((one) => 'inForce' in one);
  if (other.length > 0) {
    const values = other.map(({ key, inForce }) => `${key} ${printable(inForce ?? '-')}`);
    await print(
      `The daemon that runs (pid ${pid ?? '?'}) has other values: ${values.join(', ')}.`,
      'They change with: cc2cc-daemon restart',
    );
  }
  return ExitCode.ok;
}

/**
 * `cc2cc config KEY`: one setting, with what it means.
 *
 * @throws Cc2ccError E_USAGE for a key that is none, and as {@link showAll}
 */
export async function showOne(key: string, json: boolean): Promise<number> {
  if (!isSettingKey(key)) throw unknownKey(key);
  const { settings } = await gather();
  const shown = settings.find((one) => one.key === key);
  if (shown === undefined || json) {
    await printJson(shown);
    return ExitCode.ok;
  }
  const { type, flag, variables, about, unit, default: byDefault, otherwise } = settingOf(key);
  const none = otherwise?.replaceAll('`', '') ?? '-';
  const rows = [
    ['from', shown.from ?? shown.source],
    ...('inForce' in shown
      ? [['in force', `${printable(shown.inForce ?? '-')}, until: cc2cc-daemon restart`]]
      : []),
    ['meaning', (type.kind === 'number' ? `${unit ?? ''} ${about}` : about).replaceAll('`', '')],
    ['takes', expectation(type)],
    ['default', printable(byDefault ?? none)],
    ['flag', flag],
    ['variable', variables.join(', else ')],
  ];
  const room = terminalOf().width;
  const lines = rows.flatMap(([head = '', text = '']) =>
    wrap(printable(text), room === undefined ? undefined : Math.max(20, room - 13)).map(
      (line, at) => `  ${pad(at === 0 ? head : '', 9)}  ${line}`.trimEnd(),
    ),
  );
  await print(`${key} = ${printable(shown.value ?? none)}`, ...lines);
  return ExitCode.ok;
}

async function gather(): Promise<{ settings: Shown[]; pid: number | undefined }> {
  const explained = explainConfig(configPath());
  const inForce = await configInForce();
  const others = inForce === undefined ? [] : differences(explained, inForce);
  const settings = explained.map(({ key, value, source, name }): Shown => {
    const shown = { key, value: applied(key) ?? value ?? null, source, from: name ?? null };
    if (inForce === undefined || !others.includes(key)) return shown;
    return { ...shown, inForce: (inForce.config as Record<string, unknown>)[key] ?? null };
  });
  return { settings, pid: inForce?.pid };
}

/** What becomes of the value of these on the way. */
function applied(key: SettingKey): string | undefined {
  if (key === 'bridgeDir') return bridgeRoot();
  return key === 'host' ? hostId() : undefined;
}

/** Folder and host names may hold what a terminal would act on. */
function printable(value: unknown): string {
  return String(value).replaceAll(/\p{C}/gu, '?');
}
