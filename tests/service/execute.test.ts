import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Execution, type ExecutionOptions } from '../../service/execute.js';
import type { Action } from '../../service/manager.js';

function setUp(t: TestContext, options: Partial<ExecutionOptions> = {}) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'c2-plan-')));
  t.after(() => rmSync(folder, { recursive: true }));
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const execution = new Execution({ dryRun: false, force: false, say, ...options });
  return { folder, lines, execution, at: (name: string) => join(folder, name) };
}

const write = (path: string, text: string, ours?: (present: Buffer) => boolean): Action => ({
  do: 'write',
  path,
  content: Buffer.from(text),
  mode: 0o600,
  ...(ours === undefined ? {} : { ours }),
});
const run = (...argv: string[]): Extract<Action, { do: 'run' }> => ({ do: 'run', argv });
const isOld = (present: Buffer): boolean => present.toString() === 'old';

describe('plans', () => {
  it('does the steps, says them, and puts files back', async (t) => {
    const { at, execution, lines } = setUp(t);
    writeFileSync(at('old'), 'old', { mode: 0o640 });
    chmodSync(at('old'), 0o640);
    writeFileSync(at('gone'), 'gone');
    symlinkSync(at('old'), at('link'));
    await execution.carryOut([
      { do: 'folder', path: at('a/b') },
      write(at('a/b/c/new'), 'new'),
      write(at('old'), 'changed', isOld),
      { do: 'remove', path: at('gone') },
      { do: 'unlink', path: at('link'), to: at('old') },
      run(process.execPath, '-e', ''),
    ]);
    assert.deepEqual(lines, [
      `mkdir  ${at('a/b')}`,
      `write  ${at('a/b/c/new')}`,
      `write  ${at('old')}`,
      `remove ${at('gone')}`,
      `unlink ${at('link')}`,
      `run    ${process.execPath} -e ''`,
    ]);
    assert.equal(statSync(at('a')).mode & 0o777, 0o700);
    assert.equal(statSync(at('a/b/c/new')).mode & 0o777, 0o600);
    assert.equal(readFileSync(at('old'), 'utf8'), 'changed');
    assert.deepEqual(readdirSync(at('.')).sort(), ['a', 'old']);
    assert.deepEqual(execution.rollBack(), []);
    assert.deepEqual(readdirSync(at('.')).sort(), ['gone', 'link', 'old']);
    assert.equal(readFileSync(at('old'), 'utf8'), 'old');
    assert.equal(statSync(at('old')).mode & 0o777, 0o640);
    assert.equal(readlinkSync(at('link')), at('old'));
  });

  it('says nothing of what is so already', async (t) => {
    const { at, execution, lines } = setUp(t);
    writeFileSync(at('same'), 'same', { mode: 0o600 });
    symlinkSync('/elsewhere', at('link'));
    await execution.carryOut([
      { do: 'folder', path: at('.') },
      write(at('same'), 'same'),
      { do: 'remove', path: at('none') },
      { do: 'unlink', path: at('link'), to: '/here' },
    ]);
    assert.deepEqual(lines, []);
    assert.ok(execution.steps.every(({ changed }) => !changed));
    assert.ok(lstatSync(at('link')).isSymbolicLink());
  });

  it('shows in a dry run the same steps, and the texts of files', async (t) => {
    const { at, execution, lines } = setUp(t, { dryRun: true });
    await execution.carryOut([write(at('new'), 'one\ntwo\n'), run('false')]);
    assert.deepEqual(lines, [`write  ${at('new')}`, '    one', '    two', 'run    false']);
    assert.ok(!existsSync(at('new')));
  });

  it('does not begin where a file is in the way that is not ours', async (t) => {
    const { at, execution, lines } = setUp(t);
    writeFileSync(at('theirs'), 'theirs');
    writeFileSync(at('target'), 'old');
    symlinkSync(at('target'), at('link'));
    mkdirSync(at('folder'));
    for (const bad of [
      write(at('theirs'), 'x', isOld),
      { do: 'remove', path: at('theirs'), ours: isOld } as Action,
      write(at('link'), 'x', isOld),
      write(at('folder'), 'x', isOld),
    ]) {
      await assert.rejects(execution.carryOut([write(at('new'), 'x'), bad]), {
        code: 'E_UNSAFE',
        hint: /--force/,
      });
    }
    assert.deepEqual(lines, []);
    assert.equal(readFileSync(at('target'), 'utf8'), 'old');
    assert.ok(!existsSync(at('new')));
  });

  it('with force replaces a link and not what it leads to, and puts it back', async (t) => {
    const { at, execution } = setUp(t, { force: true });
    writeFileSync(at('target'), 'old');
    symlinkSync(at('target'), at('link'));
    await execution.carryOut([write(at('link'), 'x', isOld)]);
    assert.ok(lstatSync(at('link')).isFile());
    assert.equal(readFileSync(at('target'), 'utf8'), 'old');
    assert.deepEqual(execution.rollBack(), []);
    assert.equal(readlinkSync(at('link')), at('target'));
  });

  it('tells a command that fails, hangs, or is not there', async (t) => {
    const { execution } = setUp(t);
    const script = 'console.log("said"); console.error("complained"); process.exit(3)';
    const failing = run(process.execPath, '-e', script);
    await assert.rejects(execution.carryOut([failing]), {
      code: 'E_SERVICE',
      message: /failed: said {1,2}complained$/,
    });
    const explain = (code: number, output: string) => ({
      message: `${code} ${output.includes('said')}`,
      hint: 'do',
    });
    await assert.rejects(execution.carryOut([{ ...failing, explain }]), {
      message: '3 true',
      hint: 'do',
    });
    await execution.carryOut([{ ...failing, harmless: (code) => code === 3 }]);
    const hanging = {
      ...run(process.execPath, '-e', 'setInterval(() => {}, 1000)'),
      deadlineMs: 200,
    };
    await assert.rejects(execution.carryOut([hanging]), { message: /no answer within 0.2 s$/ });
    await assert.rejects(execution.carryOut([run('/no/such/program')]), {
      message: /there is no \/no\/such\/program$/,
    });
  });

  it('runs nothing where no service manager may be asked', async (t) => {
    const { at, execution } = setUp(t);
    process.env['CC2CC_NO_SERVICE_MANAGER'] = '1';
    t.after(() => delete process.env['CC2CC_NO_SERVICE_MANAGER']);
    const touch = run(
      process.execPath,
      '-e',
      `require('fs').writeFileSync(${JSON.stringify(at('x'))}, '')`,
    );
    await assert.rejects(execution.carryOut([touch]), {
      code: 'E_SERVICE',
      message: /CC2CC_NO_SERVICE_MANAGER forbids/,
    });
    assert.ok(!existsSync(at('x')));
  });
});
