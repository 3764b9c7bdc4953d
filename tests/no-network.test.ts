/** Nothing that ships can open a port or speak to another machine: it has no means to. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

const PARTS = ['protocol', 'mail', 'service', 'daemon', 'shim', 'scripts', 'plugin', 'dist/bin'];

/** Modules and globals of Node that reach the network, or let others in. */
const NETWORK =
  /['"`](?:node:)?(?:https?|http2|dgram|dns(?:\/promises)?|tls|_http_\w+|inspector(?:\/promises)?|cluster|wasi)['"`]|\bWebSocket\(|(?:await|return|[=(,]) *fetch\(|\bEventSource\(|process\.binding\(/;

/** Who may use sockets, by the path of one: to listen, and to dial. */
const LISTENS = ['daemon/instance.ts'];
const DIALS = ['protocol/dead-socket.ts', 'protocol/dial.ts', 'shim/session-socket.ts'];

function sources(part: string): [string, string][] {
  const folder = join(PROJECT, part);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.(?:ts|[cm]?js)$/.test(file))
    .map((file) => [`${part}/${file}`, readFileSync(join(folder, file), 'utf8')]);
}

const ALL = PARTS.flatMap(sources);
const OWN = ALL.filter(([path]) => !path.startsWith('dist/'));

test('no module of the network is used, in the sources and in what is bundled', () => {
  assert.ok(OWN.length > 200 && ALL.length > OWN.length, `${OWN.length} and ${ALL.length} files`);
  const found = ALL.flatMap(([path, text]) => {
    const hit = NETWORK.exec(text)?.[0];
    return hit === undefined ? [] : [`${path}: ${hit}`];
  });
  assert.deepEqual(found, []);
});

test('one file listens and few dial, all of them by the path of a socket', () => {
  const users = OWN.filter(([, text]) => /^import \{(?! type)[^}]*\} from 'node:net'/m.test(text));
  const real = users.filter(([, text]) =>
    /\b(?:connect|createConnection|createServer)\(/.test(text),
  );
  assert.deepEqual(real.map(([path]) => path).sort(), [...LISTENS, ...DIALS].sort());
  const listening = OWN.filter(([, text]) => /\bcreateServer\(|\.listen\(/.test(text));
  assert.deepEqual(
    listening.map(([path]) => path),
    LISTENS,
  );
  for (const [path, text] of listening) {
    assert.match(text, /\.listen\(\{ path: /, path);
    assert.doesNotMatch(text, /\bport\b|\bhost:/, path);
  }
  for (const [path, text] of real.filter(([one]) => DIALS.includes(one))) {
    for (const [, argument] of text.matchAll(/(?<!function )\bconnect\(([^)]*)\)/g)) {
      assert.match(
        argument!,
        /^(?:path|found\.socket|\w+\.path|socketPath|this\.\w+|\{ path\b.*)$/,
        path,
      );
    }
  }
});
