import type { CpuState } from './cpu-state.ts';

/**
 * Guest memory as a CPU sees it now: by virtual address, with its translation and its rights. Nothing here
 * throws or changes the CPU; devices are not memory.
 */
export interface GuestMemory {
  /** Whether all of `length` bytes can be read, or written. */
  accessible(address: bigint, length: number, access: 'read' | 'write'): boolean;
  /** Fills `into`. False when not all bytes can be read; what `into` then holds is unspecified. */
  read(address: bigint, into: Uint8Array): boolean;
  /** False when not all bytes can be written; those before the first that cannot be may have been. */
  write(address: bigint, bytes: Uint8Array): boolean;
}

/** The capability `semihosting`: what a guest calls by HLT #0xF000. */
export interface SemihostingCalls {
  /** Handles the operation in W0; true when it did and execution goes on after the instruction. */
  call(cpu: CpuState, memory: GuestMemory): boolean;
}
