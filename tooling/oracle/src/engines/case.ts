import type { Label, Program, Word } from './program.ts';

/** The exception level and stack pointer that a program begins with. */
export type Mode = 'el0' | 'el1h' | 'el1t';

/** Where a program begins and what it finds. Registers, V registers and data follow from the seed. */
export interface Start {
  readonly label: Label;
  readonly mode: Mode;
  /** Seed of the registers and the data. */
  readonly seed: number;
  /** What V registers and data hold: integers, floating-point numbers of every kind, or such as host arithmetic takes. */
  readonly values: 'random' | 'floats' | 'ordinary';
  /** Bits of PSTATE beside the mode: masks. */
  readonly pstate: number;
  readonly fpcr: number;
  readonly fpsr: number;
  /** Bits of SCTLR_EL1 to invert. */
  readonly sctlr: bigint;
  /** TCR_EL1.TBI0 and TBI1: addresses may have tags. */
  readonly tags: boolean;
  /** CPACR_EL1.FPEN. */
  readonly fpen: 0 | 1 | 3;
  /** View that X28, the base of data, leads to. */
  readonly data: 'kernel' | 'user';
  /** View that the program runs in. */
  readonly code: 'kernel' | 'user';
  /** Ticks between interrupts of the timer; 0 for none. */
  readonly timer: number;
}

/** What the host does, one thing after the other. */
export type Action =
  /** Runs the engine for so many instructions. */
  | { readonly kind: 'run'; readonly instructions: number }
  /** Runs the machine: its time passes with the instructions. */
  | { readonly kind: 'clocked'; readonly instructions: number }
  /** Drives an interrupt input. */
  | { readonly kind: 'line'; readonly line: 'irq' | 'fiq'; readonly level: boolean }
  /** Writes a word of the program. */
  | { readonly kind: 'write'; readonly at: Label; readonly word: Word };

/** A program, its start, and what the host does while it runs. */
export interface EngineCase {
  readonly generator: string;
  readonly seed: number;
  readonly index: number;
  /** What the lengths of its runs were multiplied by. */
  readonly scale: number;
  readonly program: Program;
  /** Page of the code region that the program lies in. */
  readonly page: number;
  readonly start: Start;
  readonly actions: readonly Action[];
  /** Word of the program that the device's transfer register writes, and with what, in turns. */
  readonly transfers: readonly { readonly at: Label; readonly word: Word }[];
  /** The engines are reset before it: nothing compiled is left. */
  readonly cold: boolean;
}

/** Instructions that the actions come to. */
export const instructionsOf = (actions: readonly Action[]): number =>
  actions.reduce((sum, action) => sum + ('instructions' in action ? action.instructions : 0), 0);
