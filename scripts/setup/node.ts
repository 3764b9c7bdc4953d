import { stableNode, type StableNode } from '../../service/node-path.js';

/** The Node program to write down for later, and what may go wrong with it some day. */
export function nodeForLater(): StableNode {
  return stableNode();
}
