/** The package holds what is needed and nothing else, and the documents say how large it is. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeSandbox } from '../../support/sandbox.js';
import { pack, PROJECT, type Packed } from './support.js';

const sandbox = makeSandbox();
let packed: Packed;
before(() => {
  packed = pack(sandbox, sandbox.dir);
});
after(() => sandbox.cleanup());

/** What may be in it. The sources that run unbundled are held against the folder below. */
const ALLOWED = [
  /^(?:package\.json|README\.md|LICENSE)$/,
  /^docs\/[\w-]+\.(?:md|svg)$/,
  /^\.claude-plugin\/marketplace\.json$/,
  /^plugin\/(?:README\.md|launch\.cjs|\.claude-plugin\/plugin\.json|hooks\/hooks\.json|skills\/messages\/SKILL\.md)$/,
  /^service-templates\/(?:linux|macos|windows)\/[\w.-]+$/,
  /^dist\/man\/cc2cc(?:-daemon)?\.1$/,
  /^dist\/bin\/[\w-]+\.cjs$/,
  /^dist\/(?:protocol|mail|service|daemon)\/[\w/-]+\.js$/,
];

test('the package holds what is needed and nothing else', () => {
  const { files, size, unpackedSize } = packed;
  const paths = files.map(({ path }) => path).sort();

  assert.deepEqual(
    paths.filter((path) => !ALLOWED.some((pattern) => pattern.test(path))),
    [],
  );
  for (const pattern of ALLOWED) {
    if (
      pattern.source.includes('service-templates') &&
      !existsSync(join(PROJECT, 'service-templates'))
    ) {
      continue;
    }
    assert.ok(
      paths.some((path) => pattern.test(path)),
      String(pattern),
    );
  }

  const compiled = paths.filter((path) => /^dist\/(?!bin|man)/.test(path));
  const sources = ['protocol', 'mail', 'service', 'daemon'].flatMap((part) =>
    readdirSync(join(PROJECT, part), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `dist/${part}/${file.replaceAll('\\', '/').replace(/\.ts$/, '.js')}`),
  );
  assert.deepEqual(compiled, sources.sort());

  const { bin } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  for (const path of Object.values(bin)) {
    assert.equal(files.find((file) => file.path === path)?.mode, 0o755, path);
  }
  assert.ok(files.every(({ mode }) => (mode & 0o022) === 0));

  // The README says it in round numbers.
  const [, kilobytes, megabytes] =
    /The package is about (\d+) kB, (\d+(?:\.\d)?) MB unpacked/.exec(
      readFileSync(join(PROJECT, 'README.md'), 'utf8'),
    ) ?? [];
  const near = (said: number, is: number): boolean => Math.abs(is / said - 1) < 0.15;
  assert.ok(near(Number(kilobytes), size / 1000), `README: ${kilobytes} kB, is ${size}`);
  assert.ok(
    near(Number(megabytes), unpackedSize / 1e6),
    `README: ${megabytes} MB, is ${unpackedSize}`,
  );
});

test('nothing of it is run when it is installed', () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const run = Object.keys(scripts).filter((name) => /^(?:pre|post)?install$|^prepare$/.test(name));
  assert.deepEqual(run, []);
});

for (const name of ['cc2cc', 'cc2cc-daemon']) {
  test(`the manual page of ${name} is well formed, and has all commands`, (t) => {
    const page = join(PROJECT, 'dist/man', `${name}.1`);
    const help = spawnSync(process.execPath, [join(PROJECT, programOf(name)), '--help'], {
      env: sandbox.env,
      encoding: 'utf8',
    }).stdout;
    const [, list = ''] = help.split('Commands:\n');
    const commands = [...list.split('\n\n')[0]!.matchAll(/^ {2}([a-z]+)/gm)].map(
      ([, word]) => word!,
    );
    const text = readFileSync(page, 'utf8');
    for (const command of commands.filter((word) => word !== 'help')) {
      assert.ok(text.includes(`.SS "${name.replaceAll('-', '\\-')} ${command}`), command);
    }
    assert.ok(commands.length > 5);
    const formatters: [string, string[]][] = [
      ['groff', ['-man', '-ww', '-Tutf8', '-z', page]],
      ['mandoc', ['-Tlint', '-Wwarning', page]],
    ];
    let judged = false;
    for (const [command, args] of formatters) {
      const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
      if (error !== undefined) continue;
      judged = true;
      assert.equal(`${stdout}${stderr}`, '', command);
    }
    if (!judged) t.skip('neither groff nor mandoc is here to judge the page');
  });
}

function programOf(name: string): string {
  const { bin } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  return bin[name] ?? '';
}
