import { CRYPTOGRAPHIC_KINDS } from './kinds-cryptographic.ts';
import { FLOATING_POINT_KINDS } from './kinds-floating-point.ts';
import { FLOATING_POINT_MODE_KINDS } from './kinds-floating-point-modes.ts';
import { INTEGER_KINDS } from './kinds-integer.ts';
import { MEMORY_KINDS } from './kinds-memory.ts';

/** A kind of work, as a loop of about sixteen instructions of it. */
export interface SimdKind {
  /** Unique; instructions and formats. */
  readonly name: string;
  readonly group: 'scalar' | 'half' | 'vector' | 'modes' | 'integer' | 'permute' | 'memory' | 'cryptographic';
  /** What is particular about it. */
  readonly note?: string;
  /** Assembly that sets registers up; X0 is the loop counter, X1 to X7 are free. */
  readonly setup: string;
  /** The instructions of one turn; X0 and X20, the address of 16 KiB of memory, stay as they are. */
  readonly body: readonly string[];
  /** Default 0. */
  readonly fpcr?: number;
  /** Turns of the loop in the long run: about 0.2 s of QEMU. */
  readonly turns: number;
  /** Why this is the way it is, where it is slower than a tenth of QEMU. */
  readonly reason?: string;
}

export const SIMD_KINDS: readonly SimdKind[] = [
  ...FLOATING_POINT_KINDS,
  ...FLOATING_POINT_MODE_KINDS,
  ...INTEGER_KINDS,
  ...MEMORY_KINDS,
  ...CRYPTOGRAPHIC_KINDS,
];
