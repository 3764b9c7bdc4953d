import type { World } from '../world.js';

/** Something that happens in a soak. */
export interface Action {
  name: string;
  /** How often, beside the others. */
  weight: number;
  /** @returns false where it is not possible at this moment */
  run: (world: World) => Promise<void | false>;
}
