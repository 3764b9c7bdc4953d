/** What the daemon and the commands make of messages, whose every text and field means harm. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { composePushes, composeText, heldNotice, type Push } from '../../daemon/lanes/compose.js';
import { digestOf, type Offered } from '../../daemon/lanes/digest.js';
import { shownCard } from '../../mail/card.js';
import { parseRules } from '../../mail/rules.js';
import { titleOf } from '../../mail/tasks/title.js';
import { messageSchema, parseMessage, type Message } from '../../protocol/envelope.js';
import { derivedMessageId } from '../../protocol/ids.js';
import { shownIds } from '../../protocol/shown.js';
import { renderTable } from '../../protocol/terminal/table.js';
import { oneLine, tilde } from '../../protocol/terminal/text.js';
import { renderMessage } from '../../scripts/cli/message-view.js';
import { renderRecorded } from '../../scripts/cli/log-view.js';
import { tryOut } from '../support/fuzz.js';
import { hostileText } from './support/hostile-text.js';
import { faultIn, faultInLine } from './support/scan.js';

const idOf = (n: number): string => derivedMessageId([1_700_000_000_000, n], String(n));

const taskId = 'task-018bcfe5-6800-7000-b528-287f46e522fa';

/** As it may lie in an inbox: all that the schema lets through, and harm wherever a text may be. */
const message: fc.Arbitrary<Message> = fc
  .record(
    {
      from: fc.constantFrom('ann', 'boss', 'a', 'x-1'),
      type: fc.constantFrom('message', 'task', 'response', 'status'),
      priority: fc.constantFrom('low', 'normal', 'high', 'critical'),
      content: fc.record({
        text: fc.array(hostileText, { maxLength: 4 }).map((t) => t.join('\n')),
      }),
      task: fc.option(
        fc.record(
          {
            id: fc.oneof(fc.constant(taskId), hostileText),
            title: hostileText,
            state: fc.oneof(hostileText, fc.constantFrom('completed', 'canceled', 'working')),
            assignee: hostileText,
          },
          { requiredKeys: [] },
        ),
      ),
      identity: fc.option(
        fc.record({ mode: fc.oneof(hostileText, fc.constant('daemon')), agent: hostileText }),
      ),
      replyTo: fc.option(fc.constantFrom('msg-1', idOf(500))),
      thread: fc.constantFrom('msg-2'),
      broadcast: fc.boolean(),
      awaited: fc.boolean(),
      extra: hostileText,
      signature: fc.option(hostileText.map((text) => text.slice(0, 100))),
      timestamp: fc.constantFrom(
        '2026-11-21T10:00:00Z',
        '2026-11-21T10:00:00.123456789+23:59',
        '0000-01-01T00:00',
      ),
    },
    { requiredKeys: ['from', 'content'] },
  )
  .map((fields) => parseMessage({ id: 'msg-0', to: 'ben', ...fields }));

const item: fc.Arbitrary<Omit<Offered, 'message'> & { message: Message }> = fc.record({
  message,
  signature: fc.constantFrom('verified', 'unsigned', 'invalid', 'unchecked'),
  repeated: fc.boolean(),
  instructions: fc.array(hostileText.map(instruction), { maxLength: 2 }),
});
const items = fc
  .array(item, { minLength: 1, maxLength: 8 })
  .map((all) => all.map((one, n) => ({ ...one, message: { ...one.message, id: idOf(n) } })));

/** What rules.json lets through of an instruction; it is the user's own, and read from a file. */
function instruction(text: string): string {
  try {
    return parseRules(Buffer.from(JSON.stringify({ default: { instruction: text } }))).instruction;
  } catch {
    return '';
  }
}

/** As the client gives a channel notification to the model. */
function asChannelTag({ content, meta }: Push): string {
  const attributes = Object.entries(meta).map(([key, value]) => ` ${key}="${value}"`);
  return `<channel source="cc2cc"${attributes.join('')}>\n${content}\n</channel>`;
}

test('the schema of messages is the one that was fuzzed', () => {
  assert.ok(messageSchema().shape.content, 'the generator above has harm in each of its texts');
});

test('a push names its own messages only, and its attributes stay what they are', (t) => {
  tryOut(
    t,
    1500,
    fc.property(items, (all) => {
      const { pushes, held } = composePushes(all);
      for (const push of [...pushes, ...held.map((one) => heldNotice(2, one))]) {
        assert.equal(faultIn(push.content), undefined);
        for (const [key, value] of Object.entries(push.meta)) {
          assert.match(key, /^[a-z_]+$/);
          assert.equal(faultInLine(value), undefined, key);
          assert.doesNotMatch(value, /[<>"&]/, key);
        }
        if (push.ids.length > 0) assert.deepEqual(shownIds(asChannelTag(push)), push.ids);
      }
    }),
  );
});

test('a digest has the headers of its own messages only, in order, and no other line of ours', (t) => {
  tryOut(
    t,
    1500,
    fc.property(items, (all) => {
      const ids = all.map((one) => one.message.id);
      for (const text of [digestOf(all), composeText(all)?.content ?? '']) {
        if (text === '') continue;
        assert.equal(faultIn(text), undefined);
        // Line by line, without the product's own expressions.
        const lines = text.split('\n');
        const headers = lines.flatMap((line) =>
          line.startsWith('[msg-') ? [line.slice(1, line.indexOf(']'))] : [],
        );
        assert.deepEqual(headers, text === digestOf(all) ? ids : ids.slice(0, headers.length));
        assert.deepEqual(shownIds(text), headers);
        assert.deepEqual(shownIds(`The client's own line\n${text}`), headers);
        assert.equal(lines.filter((line) => line.startsWith('[cc2cc] ')).length, 1);
        for (const line of lines) {
          assert.match(line, /^(?:$|> |\[cc2cc\] |\[msg-|\[rules\.json\] )/);
        }
        for (const [n, line] of lines.filter((one) => one.startsWith('[msg-')).entries()) {
          const { from } = all[n]!.message;
          assert.ok(line.startsWith(`[${headers[n]!}] from ${from}, `));
          // A title stands between quotes that are its own, and nothing else does.
          assert.ok([...line].filter((char) => char === '"').length <= 2, line);
        }
      }
    }),
  );
});

test('what a person is shown of messages has one head each, and nothing that steers a terminal', (t) => {
  const terminal = { color: false, width: 80 };
  const width = fc.constantFrom(undefined, 20, 40, 80);
  tryOut(
    t,
    2000,
    fc.property(items, width, fc.boolean(), ([one], columns, full) => {
      const shown = { ...terminal, width: columns } as Parameters<typeof renderMessage>[1];
      const lines = renderMessage(one!, shown);
      const recorded = { ...one!, state: 'waiting', mailbox: 'ben', path: '/x' } as const;
      const log = renderRecorded(recorded, {
        full,
        terminal: shown,
      });
      for (const line of [...lines, ...log]) {
        assert.equal(faultInLine(line.replaceAll('\t', ' ')), undefined);
      }
      if (columns !== undefined) return;
      // The head is the only line that is not indented.
      for (const text of [lines, log]) {
        assert.equal(text.filter((line) => /^\S/.test(line) && !line.startsWith('…')).length, 1);
      }
    }),
  );
});

test('one line is one line: titles, folders, cells, cards', (t) => {
  const cells = fc.array(hostileText, { minLength: 3, maxLength: 3 });
  tryOut(
    t,
    1500,
    fc.property(cells, hostileText, (row, text) => {
      assert.equal(faultInLine(titleOf(text)), undefined);
      assert.equal(faultInLine(oneLine(text)), undefined);
      const path = tilde(text);
      // A folder may have any letters, and no name of a tag is looked for in a path.
      assert.doesNotMatch(path, /\p{C}|\p{Zl}|\p{Zp}/u);
      const columns = [{ head: 'A' }, { head: 'B' }, { head: 'C', cut: 'start' as const }];
      const shown = { color: false, width: 40 } as unknown as Parameters<typeof renderTable>[2];
      const table = renderTable(columns, [row.map(oneLine)], shown);
      // Two cells side by side, `<` and `channel`, are no tag: a person reads them in columns.
      for (const cell of row) assert.equal(faultInLine(oneLine(cell)), undefined);
      for (const line of table) assert.doesNotMatch(line, /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
      const card = shownCard({
        name: 'ann',
        description: text,
        summary: row[0]!,
        cwd: row[1]!,
        host: row[2]!,
        since: text,
        session_id: text,
        version: text,
        client: { name: text, version: row[0]! },
        skills: row.map((word, n) => ({
          id: word,
          name: word,
          description: text,
          tags: [word, String(n)],
        })),
      });
      const { skills, client, name, renamedTo, ...lines } = card;
      assert.deepEqual([name, renamedTo], ['ann', undefined]);
      const texts = [
        ...Object.values(lines),
        ...Object.values(client ?? {}),
        ...skills.flatMap((skill) => [skill.id, skill.name, skill.description, ...skill.tags]),
      ].filter((value) => typeof value === 'string');
      for (const value of texts) {
        assert.equal(faultInLine(value), undefined);
        assert.doesNotMatch(value, /[<>"]/);
      }
    }),
  );
});
