import { floatingPoint } from './floating-point.ts';
import { integer } from './integer.ts';
import { interrupts } from './interrupts.ts';
import { memory } from './memory.ts';
import { selfModifying } from './self-modifying.ts';
import type { Generator } from './shared.ts';
import { system } from './system.ts';

export type { Generator } from './shared.ts';

/** All generators. */
export const GENERATORS: readonly Generator[] = [
  integer,
  memory,
  floatingPoint,
  selfModifying,
  interrupts,
  system,
];
