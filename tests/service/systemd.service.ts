import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { McpClient } from '../../scripts/mcp-client.js';
import { until } from '../support/events.js';
import { GLOBAL, installPackage, removePackage } from './support/package.js';
import { must, SystemdHost, type Said } from './support/systemd-host.js';

const UNIT = 'cc2cc-daemon.service';
const SHIM = join(GLOBAL, 'dist/bin/cc2cc-shim.cjs');

/** A start with everything that it may wait for, on a busy machine. */
const SLOW_MS = 20_000;

interface Status {
  running: boolean;
  pid: number;
  version: string;
  service: {
    active: boolean;
    enabled: boolean;
    lingers: boolean;
    pid: number | null;
    problems: string[];
  } | null;
  agents: { name: string }[];
}

/** What a user sees of the daemon and its service. */
class User {
  constructor(
    readonly host: SystemdHost,
    readonly name: string,
  ) {}

  daemon(...args: string[]): Said {
    return this.host.asUser(this.name, 'cc2cc-daemon', ...args);
  }

  status(): Status {
    return JSON.parse(this.daemon('status', '--json').stdout) as Status;
  }

  /** Waits until a daemon other than that one runs by the service. */
  byService(before?: number): Promise<Status> {
    return until(
      () => {
        const status = this.status();
        return (
          status.running && status.pid === status.service?.pid && status.pid !== before && status
        );
      },
      `daemon of the service, not ${before ?? 'none'}`,
      SLOW_MS,
    );
  }

  systemctl(...args: string[]): Said {
    return this.host.asUser(this.name, 'systemctl', '--user', ...args);
  }

  session(name: string): Promise<McpClient> {
    return this.host.session(this.name, name, SHIM);
  }

  /** Every file in the home, and every unit that systemd knows of. */
  traces(): string {
    const files = this.host.shell(this.name, 'find ~ ! -type d | sort').stdout;
    const units = this.systemctl('list-unit-files', '--no-legend', '--no-pager').stdout;
    return files + units;
  }
}

/** A message goes the whole way, from the one to the other. */
async function works(one: McpClient, other: McpClient, text: string): Promise<void> {
  const { text: self } = await other.call('whoami', {}, { timeoutMs: SLOW_MS });
  const to = /You are "([^"]+)"/.exec(self)?.[1];
  const sent = await one.call('send', { to, text }, { timeoutMs: SLOW_MS });
  assert.match(sent.text, /^Accepted msg-/);
  await other.waitForMessage(text, SLOW_MS);
}

test('the service under a real systemd', { timeout: 230_000 }, async (t) => {
  const host = await SystemdHost.for(t);
  if (host === undefined) return;
  installPackage(host);
  const alice = new User(host, 'alice');
  host.addUser('alice');
  await host.linger('alice');
  let untouched = '';

  await t.test('install makes it run, says so, and is what --dry-run and --print say', async () => {
    untouched = alice.traces();
    const dry = alice.daemon('install', '--dry-run');
    assert.equal(dry.code, 0, dry.stderr);
    assert.equal(alice.traces(), untouched);
    const printed = must(alice.daemon('install', '--print'));
    const done = alice.daemon('install');
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /^Installed: cc2cc-daemon\.service runs the daemon \(pid \d+\)\.$/m);
    assert.match(done.stdout, /before any login/);
    assert.equal(must(host.shell('alice', `cat ~/.config/systemd/user/${UNIT}`)), printed);
    for (const line of printed.trimEnd().split('\n')) assert.ok(dry.stdout.includes(line), line);
    const { running, pid, service } = alice.status();
    assert.ok(running);
    assert.ok(service);
    const { active, enabled, lingers, problems } = service;
    assert.deepEqual(
      [active, enabled, lingers, service.pid, problems],
      [true, true, true, pid, []],
    );
    assert.match(
      alice.daemon('status').stdout,
      /service {3}cc2cc-daemon\.service \(systemd\), runs this daemon, starts at boot$/m,
    );
  });

  await t.test('the unit has no fault, and its hardening is in force', () => {
    const path = `/home/alice/.config/systemd/user/${UNIT}`;
    const verify = host.asUser('alice', 'systemd-analyze', '--user', 'verify', path);
    assert.deepEqual([verify.code, verify.stdout + verify.stderr], [0, '']);
    const { stdout } = host.asUser(
      'alice',
      'systemd-analyze',
      '--user',
      '--no-pager',
      'security',
      UNIT,
    );
    const exposure = /exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1];
    t.diagnostic(`exposure ${exposure}`);
    assert.ok(Number(exposure) < 7, stdout);
  });

  await t.test('a second install changes nothing and says so', () => {
    const { pid } = alice.status();
    const before = alice.traces();
    const again = alice.daemon('install');
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /^Nothing to do: installed already: cc2cc-daemon\.service/m);
    assert.doesNotMatch(again.stdout, /^(?:write|run|mkdir) /m);
    assert.equal(alice.status().pid, pid);
    assert.equal(alice.traces(), before);
  });

  const [fox, owl] = [await alice.session('fox'), await alice.session('owl')];

  await t.test('killed, it is back under the manager, and its session with it', async () => {
    const { pid } = alice.status();
    host.asRoot('kill', '-9', String(pid));
    await alice.byService(pid);
    await works(fox, owl, 'after the kill');
  });

  await t.test(
    'stopped by systemctl it stays so while a session waits, and start brings both back',
    async () => {
      must(alice.systemctl('stop', UNIT));
      const call = fox.call('whoami', {}, { timeoutMs: SLOW_MS });
      assert.match((await call.catch(String)) as string, /stopped on purpose/);
      assert.equal(alice.status().running, false);
      assert.match(alice.daemon('start').stdout, /started/);
      const { pid } = await alice.byService();
      await works(fox, owl, 'after the stop');
      assert.match(alice.daemon('restart').stdout, /restarted/);
      await alice.byService(pid);
      await works(fox, owl, 'after the restart');
    },
  );

  await t.test('restarted by systemctl, no call of a session fails', async () => {
    const { pid } = await alice.byService();
    const restarting = host.start('alice', 'systemctl', '--user', 'restart', UNIT);
    for (let calls = 0; calls < 5 || restarting.ended === undefined; calls += 1) {
      const { text } = await fox.call('whoami', {}, { timeoutMs: SLOW_MS });
      assert.match(text, /^You are "/);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal((await restarting.exited).code, 0);
    await alice.byService(pid);
    await works(fox, owl, 'after the restart by systemctl');
  });

  await t.test('cc2cc-daemon stop is not undone by the manager', async () => {
    const stopped = alice.daemon('stop');
    assert.match(stopped.stderr, /starts it at your next login\..* cc2cc-daemon disable/);
    assert.match(alice.systemctl('is-active', UNIT).stdout, /inactive/);
    must(alice.systemctl('start', UNIT));
    await alice.byService();
    await works(fox, owl, 'again');
  });

  await t.test('with linger it is back after a power cut, before anybody logs in', async () => {
    await host.reboot({ orderly: false });
    await host.userManager('alice', true);
    await alice.byService();
    await works(await alice.session('hen'), await alice.session('emu'), 'after the power cut');
  });

  const bob = new User(host, 'bob');
  await t.test(
    'a daemon that was started on demand is taken over, and nothing is lost or doubled',
    async () => {
      host.addUser('bob');
      await host.linger('bob');
      const [ann, ben] = [await bob.session('ann'), await bob.session('ben')];
      await ben.waitForMessage('You are "', SLOW_MS);
      const before = bob.status();
      assert.ok(before.running);
      assert.equal(before.service, null);
      // Calls go on the whole time; install runs in the middle of them.
      const texts = Array.from({ length: 25 }, (_, number) => `text number ${number}`);
      const sending = (async () => {
        for (const text of texts) {
          const sent = await ann.call('send', { to: 'ben', text }, { timeoutMs: SLOW_MS });
          assert.match(sent.text, /^Accepted msg-/, sent.text);
        }
      })();
      const installing = host.start('bob', 'cc2cc-daemon', 'install');
      await Promise.all([sending, installing.exited]);
      assert.match(installing.lines.join('\n'), /^Installed: /m);
      const after = await bob.byService(before.pid);
      // Each comes over by itself; who last called the former daemon may need a moment more.
      const names = (): string[] => bob.status().agents.map(({ name }) => name);
      await until(
        () => names().sort().join() === 'ann,ben',
        'both sessions at the service',
        SLOW_MS,
      );
      await until(
        () => texts.every((text) => ben.channel.some(({ content }) => content.includes(text))),
        'all messages',
        SLOW_MS,
      );
      await works(ann, ben, 'after the take-over');
      const shown = ben.channel.map(({ content }) => content).join('\n');
      for (const text of texts) assert.equal(shown.split(`${text}\n`).length, 2, text);
      // bob's and alice's are two: units, roots and sockets of their own.
      assert.ok(alice.status().running);
      assert.notEqual(alice.status().pid, after.pid);
    },
  );

  await t.test(
    'without linger it starts at login and ends at logout; sessions that live on have one',
    async () => {
      host.addUser('carol');
      const carol = new User(host, 'carol');
      const out = await host.logIn('carol');
      const installed = carol.daemon('install');
      assert.equal(installed.code, 0, installed.stderr);
      assert.match(
        installed.stdout,
        /starts when you log in, and ends some seconds after your last logout/,
      );
      assert.match(installed.stdout, /cc2cc-daemon install --linger/);
      await carol.byService();
      await out();
      assert.equal(carol.status().running, false);
      // As in tmux: nobody said stop, so the next session is served without the manager.
      const stopped = host.shell('carol', 'find ~/.local/state/cc2cc -name stopped').stdout;
      assert.equal(stopped, '');
      const left = await host.logIn('carol');
      await carol.byService();
      const lingering = carol.daemon('install', '--linger');
      t.diagnostic(`linger by the user: ${lingering.code} ${lingering.stderr.trim()}`);
      if (lingering.code === 0) assert.match(lingering.stdout, /before any login/);
      else assert.match(lingering.stderr, /sudo loginctl enable-linger carol/);
      must(host.asRoot('loginctl', 'disable-linger', 'carol'));
      await left();
    },
  );

  await t.test('paths with everything that systemd reads otherwise', async () => {
    const home = '/home/Jörg "D" 100%h $HOME \'q\' \\n';
    const strange = '/opt/a b %n $PATH ü "c" \'d\'/cc2cc';
    host.addUser('dora', home);
    await host.linger('dora');
    installPackage(host, strange);
    const main = join(strange, 'dist/daemon/main.js');
    const installed = host.asUser('dora', 'node', main, 'install');
    assert.equal(installed.code, 0, installed.stderr);
    const path = `${home}/.config/systemd/user/${UNIT}`;
    const verify = host.asUser('dora', 'systemd-analyze', '--user', 'verify', path);
    assert.equal(verify.stdout + verify.stderr, '');
    const dora = new User(host, 'dora');
    const { pid } = await dora.byService();
    const { stdout } = host.asRoot('cat', `/proc/${pid}/cmdline`);
    assert.deepEqual(stdout.split('\0').slice(1, 4), [main, 'run', '--service']);
    assert.equal(host.asUser('dora', 'node', main, 'uninstall').code, 0);
  });

  await t.test('who has no manager is told so, and that it goes without', () => {
    host.addUser('emil');
    assert.match(
      host.asUser('emil', 'cc2cc-daemon', 'install').stderr,
      /user manager cannot be reached.*\n?.*enable-linger/s,
    );
  });

  await t.test('a home that is read-only', async () => {
    await host.linger('emil');
    must(host.asRoot('mount', '--bind', '/home/emil', '/home/emil'));
    must(host.asRoot('mount', '-o', 'remount,bind,ro', '/home/emil'));
    const failed = host.asUser('emil', 'cc2cc-daemon', 'install');
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /EROFS at \/home\/emil.*/);
    must(host.asRoot('umount', '/home/emil'));
    assert.equal(host.shell('emil', 'ls -A ~/.config ~/.cc2cc 2>/dev/null').stdout, '');
  });

  await t.test('the journal has no errors', () => {
    for (const user of ['alice', 'bob', 'carol']) {
      const { stdout } = host.asRoot(
        ...['journalctl', '--no-pager', '-o', 'cat', '-p', 'err'],
        ...[`_UID=${host.asRoot('id', '-u', user).stdout.trim()}`, `--user-unit=${UNIT}`],
      );
      assert.equal(stdout.replace('-- No entries --\n', ''), '', user);
    }
  });

  await t.test('a wrong configuration is an error in the journal, and no loop', async () => {
    const out = await host.logIn('carol');
    const carol = new User(host, 'carol');
    await carol.byService();
    must(carol.daemon('stop'));
    must(host.shell('carol', 'mkdir -p ~/.config/cc2cc && echo "{" >~/.config/cc2cc/config.json'));
    carol.systemctl('start', UNIT);
    await until(
      () => carol.systemctl('is-failed', UNIT).stdout === 'failed\n',
      'failed unit',
      SLOW_MS,
    );
    assert.equal(carol.systemctl('show', UNIT, '-pNRestarts', '--value').stdout, '0\n');
    const uid = host.asRoot('id', '-u', 'carol').stdout.trim();
    const journal = (): string =>
      host.asRoot(
        ...['journalctl', '--no-pager', '-o', 'cat', '-p', 'err'],
        ...[`_UID=${uid}`, '_COMM=node'],
      ).stdout;
    await until(() => /^cc2cc-daemon: .*config\.json/m.test(journal()), 'error in the journal');
    must(host.shell('carol', 'rm ~/.config/cc2cc/config.json'));
    const status = carol.daemon('status');
    assert.match(status.stdout, /it failed \(exit-code\): journalctl --user -u/);
    assert.match(carol.daemon('install').stdout, /^Installed: /m);
    await carol.byService();
    await out();
  });

  await t.test('after an update, install replaces the daemon that runs', async () => {
    const { pid, version } = alice.status();
    must(
      host.asRoot('sed', '-i', 's/"version": ".*"/"version": "99.0.0"/', `${GLOBAL}/package.json`),
    );
    assert.match(alice.daemon('install').stdout, /^Installed: /m);
    const after = await alice.byService(pid);
    assert.deepEqual([after.version, version === after.version], ['99.0.0', false]);
    assert.match(alice.daemon('install').stdout, /^Nothing to do/m);
  });

  await t.test('uninstall leaves nothing but mail, log and state, and sessions go on', async () => {
    const [elk, asp] = [await alice.session('elk'), await alice.session('asp')];
    const { pid } = alice.status();
    const dry = alice.daemon('uninstall', '--dry-run');
    assert.match(dry.stdout, /Nothing was changed/);
    assert.equal(alice.status().pid, pid);
    const done = alice.daemon('uninstall');
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /^Uninstalled: cc2cc-daemon\.service/m);
    await works(elk, asp, 'after the end of the service');
    assert.equal(alice.status().service, null);
    const ours = /\/\.(?:cc2cc|local\/state\/cc2cc)\//;
    const left = (text: string): string[] => text.split('\n').filter((line) => !ours.test(line));
    assert.deepEqual(left(alice.traces()), left(untouched));
    assert.doesNotMatch(alice.traces(), /service\.json/);
    assert.match(alice.daemon('uninstall').stdout, /^Nothing to do/m);
    alice.daemon('stop');
  });

  await t.test('files that are gone make no loop of failures', async () => {
    const { pid } = await bob.byService();
    removePackage(host);
    host.asRoot('kill', '-9', String(pid));
    await until(
      () =>
        bob.systemctl('show', UNIT, '-pActiveState', '-pSubState').stdout ===
        'ActiveState=inactive\nSubState=dead\n',
      'unit at rest',
      SLOW_MS,
    );
    must(bob.systemctl('start', UNIT)); // skipped, which is no failure
    const shown = bob.systemctl('show', UNIT, '-pActiveState', '-pConditionResult').stdout;
    assert.equal(shown, 'ActiveState=inactive\nConditionResult=no\n');
    rmSync(join(host.root, 'home/bob/.config/systemd/user', UNIT));
  });
});
