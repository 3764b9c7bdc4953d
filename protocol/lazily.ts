/**
 * What is made at its first use and kept. For schemas: to build all of them cost a command, which uses
 * few, as much as Node takes to start.
 */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
