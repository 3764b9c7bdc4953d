/** The least a Node process can do: read a line, answer a line, end with its stdin. For `node -e`. */
export const BARE_ECHO = `process.stdin.once('data', () => console.log('{"answer":1}')).on('end', () => process.exit())`;
