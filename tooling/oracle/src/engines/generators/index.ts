import { integer } from './integer.ts';
import type { Generator } from './shared.ts';

export type { Generator } from './shared.ts';

/** All generators, by name. */
export const GENERATORS: readonly Generator[] = [integer];
