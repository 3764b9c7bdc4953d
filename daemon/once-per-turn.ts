/**
 * Remembers what was told of a name until all that is to be done in this turn of the event loop is done:
 * hundreds of files that are read in one go ask for the same few names.
 */
export function oncePerTurn<T>(tell: (name: string) => T): (name: string) => T {
  const told = new Map<string, T>();
  return (name) => {
    if (told.has(name)) return told.get(name) as T;
    if (told.size === 0) {
      setImmediate(() => {
        told.clear();
      });
    }
    const answer = tell(name);
    told.set(name, answer);
    return answer;
  };
}
