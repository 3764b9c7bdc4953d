import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mayStart, parseJob } from '../../service/launchctl.js';

/** As macOS 14 prints it, cut. */
const RUNNING = `gui/501/cc2cc.daemon = {
\tactive count = 1
\tpath = /Users/ann/Library/LaunchAgents/cc2cc.daemon.plist
\ttype = LaunchAgent
\tstate = running

\tprogram = /bin/sh
\targuments = {
\t\t/bin/sh
\t\tpid = 7
\t}

\tpid = 812
\timmediate reason = speculative
\tlast exit code = (never exited)

\tendpoints = {
\t\t"x" = {
\t\t\tstate = active
\t\t\tpid = 9
\t\t}
\t}
}`;

describe('what launchctl prints', () => {
  it('tells of a job that runs', () => {
    assert.deepEqual(parseJob(RUNNING), { running: true, pid: 812, lastExit: null });
  });

  it('tells of one that has ended, and how', () => {
    const ended = 'gui/501/x = {\n\tstate = not running\n\tlast exit code = 78: EX_CONFIG\n}';
    assert.deepEqual(parseJob(ended), { running: false, pid: null, lastExit: 78 });
  });

  it('tells nothing where there is nothing', () => {
    assert.deepEqual(parseJob('nonsense'), { running: false, pid: null, lastExit: null });
  });

  const disabled = (rest: string): string =>
    `disabled services = {\n\t\t"cc2cc.daemon" => ${rest}\n\t}`;
  for (const [output, expected] of [
    [disabled('disabled'), false],
    [disabled('true'), false],
    [disabled('enabled'), true],
    [disabled('false'), true],
    ['disabled services = {\n\t}', true],
    ['\t"cc2cc.daemon-0123" => disabled', true],
  ] as const) {
    it(`says by "${output.replaceAll(/\s+/g, ' ')}" that it ${expected ? 'may' : 'may not'} start`, () => {
      assert.equal(mayStart(output, 'cc2cc.daemon'), expected);
    });
  }
});
