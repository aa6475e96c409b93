import type { MappingAttributes } from '@armature/core';
import type { PageRange } from './arguments.ts';

/** Virtual pages that get a frame when they are first touched. */
export interface DemandRange extends PageRange {
  readonly attributes: MappingAttributes;
  readonly tag: string;
  /** Frames by virtual page. */
  readonly touched: Map<number, number>;
}
