/** What a property list may hold, of what ours do. */
export type PlistValue = string | number | boolean | PlistValue[] | { [key: string]: PlistValue };

/**
 * Reads a property list in XML, strictly: what is not of its form is an error. Enough for ours, and
 * written for the tests alone; that others read them alike is tested with Python's plistlib.
 */
export function parsePlist(text: string): Record<string, PlistValue> {
  const rest = [...text.replace(/<\?.*?\?>|<!DOCTYPE.*?>|<!--[\s\S]*?-->/g, '').matchAll(TOKEN)]
    .map(([, tag, chars = '']) => (tag === undefined ? { text: chars } : { tag }))
    .filter((token) => token.tag !== undefined || token.text.trim() !== '');
  const next = (): (typeof rest)[number] => {
    const token = rest.shift();
    if (token === undefined) throw new Error('plist: ends too early');
    return token;
  };
  const expect = (tag: string): void => {
    const token = next();
    if (token.tag !== tag)
      throw new Error(`plist: <${tag}> expected, not ${JSON.stringify(token)}`);
  };
  const content = (tag: string): string => {
    if (rest[0]?.tag === `/${tag}`) return (next(), '');
    const { text: found } = next();
    expect(`/${tag}`);
    if (found === undefined) throw new Error(`plist: text expected in <${tag}>`);
    return found.replaceAll(/&(\w+);/g, (_all, name: string) => ENTITIES[name] ?? fail(name));
  };
  const value = (): PlistValue => {
    const { tag } = next();
    switch (tag) {
      case 'string':
        return content('string');
      case 'integer':
        return Number(content('integer'));
      case 'true/':
        return true;
      case 'false/':
        return false;
      case 'array': {
        const items: PlistValue[] = [];
        while (rest[0]?.tag !== '/array') items.push(value());
        next();
        return items;
      }
      case 'dict': {
        const dict: Record<string, PlistValue> = {};
        while (rest[0]?.tag !== '/dict') {
          expect('key');
          const key = content('key');
          if (Object.hasOwn(dict, key)) throw new Error(`plist: ${key} twice`);
          dict[key] = value();
        }
        next();
        return dict;
      }
      default:
        throw new Error(`plist: <${tag}> is no value`);
    }
  };
  expect('plist version="1.0"');
  const root = value();
  expect('/plist');
  if (typeof root !== 'object' || Array.isArray(root)) throw new Error('plist: not a dict');
  return root;
}

const TOKEN = /<([^<>]+)>|([^<>]+)/g;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function fail(entity: string): never {
  throw new Error(`plist: &${entity}; is unknown`);
}
