import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { ServiceSpec } from '../../service/manager.js';
import { taskFiles } from '../../service/task-files.js';
import { isOurs } from '../../service/template.js';
import { windowsSpec, pathText } from './support/specs.js';

/** The part of Microsoft's schema that our tasks use, and stricter; see its head. */
const SCHEMA = fileURLToPath(new URL('../../../tests/service/task.xsd', import.meta.url));

/** No path of Windows has a quote in it, and a task with one is refused. */
const path = pathText("aä🦊 &<>'$@;`]")
  .filter((text) => !text.includes('"'))
  .map((text) => `C:\\${text}`);
const specs: fc.Arbitrary<ServiceSpec> = fc
  .record({ node: path, daemon: path, home: path, user: path, state: path, root: path })
  .map(({ root, ...rest }) => windowsSpec({ ...rest, environment: { CC2CC_BRIDGE_DIR: root } }))
  .filter(({ environment, ...spec }) => !/%.+%/.test(JSON.stringify({ environment, ...spec })));

describe('the task of Windows', () => {
  it('is UTF-16 with its mark and the line ends of Windows, and known as ours', () => {
    const [launcher, task] = taskFiles(windowsSpec(), 'wscript');
    const bytes = task!.content;
    assert.deepEqual([bytes[0], bytes[1]], [0xff, 0xfe]);
    assert.equal(bytes.length % 2, 0);
    const text = bytes.toString('utf16le', 2);
    assert.match(text, /^<\?xml version="1\.0" encoding="UTF-16"\?>\r\n/);
    assert.doesNotMatch(text, /[^\r]\n|\r[^\n]|\uFEFF/);
    assert.ok(isOurs(bytes));
    // Plain ASCII: whatever its code page, every Windows reads it alike.
    assert.match(launcher!.content.toString('latin1'), /^[\x20-\x7e\r\n]*$/);
    assert.ok(isOurs(launcher!.content));
  });

  it('has the settings that keep it running', () => {
    const text = taskText(windowsSpec());
    for (const part of [
      '<MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
      '<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
      '<StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
      '<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
      '<LogonType>InteractiveToken</LogonType>',
      '<RunLevel>LeastPrivilege</RunLevel>',
    ]) {
      assert.ok(text.includes(part), part);
    }
    assert.equal(text.match(/<UserId>PC\\ann<\/UserId>/g)?.length, 2, 'of trigger and principal');
  });

  it('runs the daemon by the launcher, with its places as flags', () => {
    const spec = windowsSpec({
      environment: { CC2CC_BRIDGE_DIR: 'D:\\my mail\\', CC2CC_HOST: 'pc', HOME: 'C:\\x' },
    });
    assert.equal(valueOf(taskText(spec), 'Command'), '%SystemRoot%\\System32\\wscript.exe');
    assert.deepEqual(wordsOf(spec), [
      '//B',
      '//NoLogo',
      join(spec.state, 'service.vbs'),
      spec.node,
      spec.daemon,
      '--bridge-dir=D:\\my mail\\',
      '--host=pc',
      'run',
      '--service',
    ]);
  });

  it('runs it plainly where there is no VBScript', () => {
    const files = taskFiles(windowsSpec(), 'plain');
    assert.equal(files.length, 1);
    const text = files[0]!.content.toString('utf16le', 2);
    assert.equal(valueOf(text, 'Command'), windowsSpec().node);
    assert.match(valueOf(text, 'Arguments'), /^"C:\\.*main\.js" .* "run" "--service"$/);
  });

  it('gives every path back as itself', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const words = wordsOf(spec);
        assert.deepEqual(words.slice(3, 5), [spec.node, spec.daemon]);
        assert.equal(words[5], `--bridge-dir=${spec.environment['CC2CC_BRIDGE_DIR']}`);
        assert.equal(valueOf(taskText(spec), 'WorkingDirectory'), spec.home);
        assert.equal(valueOf(taskText(spec), 'UserId'), spec.user);
      }),
    );
  });

  it('is valid by the schema, whatever the paths', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'c2-task-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const files = [windowsSpec(), ...fc.sample(specs, 50)].map((spec, index) => {
      const file = join(folder, `${index}.xml`);
      writeFileSync(file, taskFiles(spec, index % 2 === 0 ? 'wscript' : 'plain').at(-1)!.content);
      return file;
    });
    const { error, status, stderr } = spawnSync(
      'xmllint',
      ['--noout', '--nonet', '--schema', SCHEMA, ...files],
      { encoding: 'utf8', timeout: 60_000 },
    );
    if (error !== undefined) return t.skip('needs xmllint (libxml2-utils)');
    assert.equal(status, 0, stderr);
  });

  for (const [what, changes] of [
    ['a line break', { node: 'C:\\a\nb' }],
    ['a quote', { daemon: 'C:\\a"b' }],
    ['a variable', { daemon: 'C:\\%TEMP%\\b' }],
    ['a path that is too long', { home: `C:\\${'a'.repeat(260)}` }],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => taskFiles(windowsSpec(changes), 'wscript'), { code: 'E_PATH' });
    });
  }

  it('refuses a Node that is too far down to be run plainly', () => {
    const spec = windowsSpec({ node: `C:\\${'a'.repeat(260)}` });
    assert.throws(() => taskFiles(spec, 'plain'), { code: 'E_PATH' });
  });
});

function taskText(spec: ServiceSpec): string {
  return taskFiles(spec, 'wscript').at(-1)!.content.toString('utf16le', 2);
}

/** Text of the first element of that name. */
function valueOf(xml: string, name: string): string {
  const raw = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  assert.ok(raw !== undefined, `<${name}>`);
  return raw.replaceAll(/&(\w+);/g, (_all, entity: string) => ENTITIES[entity] ?? `?${entity}?`);
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Takes a command line apart as Microsoft's C runtime does. */
function wordsOf(spec: ServiceSpec): string[] {
  const line = valueOf(taskText(spec), 'Arguments');
  const words: string[] = [];
  let word = '';
  let isQuoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const backslashes = /^\\*/.exec(line.slice(index))![0].length;
    if (backslashes > 0) {
      const isBeforeQuote = line[index + backslashes] === '"';
      word += '\\'.repeat(isBeforeQuote ? Math.floor(backslashes / 2) : backslashes);
      index += backslashes;
      if (isBeforeQuote && backslashes % 2 === 1) {
        word += '"';
        continue;
      }
      if (index >= line.length) break;
    }
    const sign = line[index]!;
    if (sign === '"') isQuoted = !isQuoted;
    else if (sign === ' ' && !isQuoted) {
      words.push(word);
      word = '';
    } else word += sign;
  }
  return [...words, word];
}
