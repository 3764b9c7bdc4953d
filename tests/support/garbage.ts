import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Frees what nobody holds, so that what memory is in use can be told. */
export function collectGarbage(): void {
  collect();
  collect(); // what finalisers of the first let go
}
