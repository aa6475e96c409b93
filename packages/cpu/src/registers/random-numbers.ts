import { CPU_STATE, type CpuState, type SystemRegisterDefinition } from '@armature/core';
import type { CpuModel } from '../models/index.ts';
import { EL0_RO } from './hooks.ts';

/** Where RNDR and RNDRRS get their values: 64 random bits as two signed 32-bit halves. */
export interface RandomSource {
  next(): { readonly lo: number; readonly hi: number };
}

/**
 * A repeatable source of random numbers: the same seed gives the same numbers.
 *
 * @param seed any whole number of 32 bits
 */
export class SeededNumbers implements RandomSource {
  private readonly seed: number;
  private readonly value = { lo: 0, hi: 0 };
  private state: number;
  private increments = 0;

  constructor(seed: number) {
    this.seed = seed | 0;
    this.state = this.seed;
  }

  reset(): void {
    this.state = this.seed;
    this.increments = 0;
  }

  /** Where in its sequence it is: for a snapshot. */
  get place(): { readonly state: number; readonly increments: number } {
    return { state: this.state, increments: this.increments };
  }

  set place({ state, increments }) {
    this.state = state;
    this.increments = increments;
  }

  next(): { readonly lo: number; readonly hi: number } {
    this.value.lo = this.word();
    this.value.hi = this.word();
    return this.value;
  }

  private word(): number {
    this.state = (this.state + 0x9e37_79b9) | 0;
    // The sum alone comes back to where it was after 2^32 words; how often it did makes the words others.
    if (this.state === this.seed) this.increments++;
    let mixed = Math.imul(this.state ^ (this.state >>> 16) ^ this.increments, 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return mixed ^ (mixed >>> 15);
  }
}

/**
 * FEAT_RNG: each read gives a new number and clears the flags, which says that there was one.
 *
 * @spec DDI 0487, RNDR; RNDRRS
 */
export function randomNumberRegisters(
  model: CpuModel,
  source: RandomSource = new SeededNumbers(0),
): readonly SystemRegisterDefinition[] {
  if (!model.features.has('FEAT_RNG')) return [];
  const read = (cpu: CpuState): void => {
    const { lo, hi } = source.next();
    cpu.set(CPU_STATE.transfer, lo, hi);
    cpu.nzcv = 0;
  };
  return ['RNDR', 'RNDRRS'].map((name, op2) => ({
    ...{ op0: 3, op1: 3, crn: 2, crm: 4, op2 },
    name,
    access: EL0_RO,
    read,
  }));
}
