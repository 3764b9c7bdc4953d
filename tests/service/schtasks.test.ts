import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLastResult, parseTask } from '../../service/schtasks.js';
import { taskFiles } from '../../service/task-files.js';
import { windowsSpec } from './support/specs.js';

const line = (status: string, result: string): string =>
  `"PC","\\cc2cc-daemon-ann","N/A","${status}","Interaktiv","21.11.2026 15:02:21","${result}","PC\\ann","wscript ""x"" y"`;

describe('what schtasks prints, in whatever language', () => {
  for (const [what, csv, expected] of [
    ['running', line('Wird ausgeführt', '267009'), { running: true, code: null }],
    ['never run', line('Bereit', '267011'), { running: false, code: null }],
    ['ended by somebody', line('Ready', '267014'), { running: false, code: null }],
    ['ended well', `\r\n${line('Ready', '0')}\r\n`, { running: false, code: 0 }],
    ['failed', line('Prêt', '1'), { running: false, code: 1 }],
    ['not found', line('Ready', '-2147024894'), { running: false, code: 0x80070002 }],
    ['nothing', '', undefined],
    ['an error', 'FEHLER: Das System kann die angegebene Datei nicht finden.', undefined],
  ] as const) {
    it(`says of a task: ${what}`, () => {
      assert.deepEqual(parseLastResult(csv), expected);
    });
  }

  it('says whether a task is enabled', () => {
    const xml = taskFiles(windowsSpec(), 'wscript').at(-1)!.content.toString('utf16le', 2);
    assert.deepEqual(parseTask(xml), { enabled: true });
    const settings = xml.indexOf('<Settings>');
    const off = xml.slice(settings).replace('<Enabled>true', '<Enabled>false');
    assert.deepEqual(parseTask(xml.slice(0, settings) + off), { enabled: false });
    assert.deepEqual(parseTask(xml.replaceAll('<Enabled>true</Enabled>', '')), { enabled: true });
    assert.equal(parseTask('ERROR'), undefined);
  });
});
