import type { Defence } from './defence.js';
import { crash } from './crash.js';
import { faults } from './faults.js';
import { fuzz } from './fuzz.js';
import { history } from './history.js';
import { local } from './local.js';
import { mail } from './mail.js';
import { papers } from './papers.js';
import { trust } from './trust.js';

/** Every list by the name of its file. */
export const lists: Readonly<Record<string, readonly Defence[]>> = {
  crash,
  faults,
  fuzz,
  history,
  local,
  mail,
  papers,
  trust,
};

/** All of them, list by list. */
export const defences: readonly Defence[] = Object.values(lists).flat();
