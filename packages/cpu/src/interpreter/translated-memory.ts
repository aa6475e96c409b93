import {
  ACCESS,
  type AddressTranslator,
  type CpuState,
  type GuestMemory,
  type PhysicalMemory,
} from '@armature/core';

/** Longest range that is looked at, in bytes: more than the memory of a machine. */
const LONGEST = 2 ** 32;

/** RAM and ROM by the virtual addresses of one CPU, at its exception level. */
export class TranslatedMemory implements GuestMemory {
  private readonly cpu: CpuState;
  private readonly translator: AddressTranslator;
  private readonly memory: PhysicalMemory;

  constructor(cpu: CpuState, translator: AddressTranslator, memory: PhysicalMemory) {
    this.cpu = cpu;
    this.translator = translator;
    this.memory = memory;
  }

  accessible(address: bigint, length: number, access: 'read' | 'write'): boolean {
    return this.walk(address, length, access, () => {});
  }

  read(address: bigint, into: Uint8Array): boolean {
    return this.walk(address, into.length, 'read', (physical, from, length) => {
      into.set(this.memory.read(physical, length), from);
    });
  }

  write(address: bigint, bytes: Uint8Array): boolean {
    return this.walk(address, bytes.length, 'write', (physical, from, length) => {
      this.memory.write(physical, bytes.subarray(from, from + length));
    });
  }

  /** Visits a range page by page, in order; false at the first page that may not be accessed so. */
  private walk(
    address: bigint,
    length: number,
    access: 'read' | 'write',
    visit: (physical: number, from: number, length: number) => void,
  ): boolean {
    if (length > LONGEST) return false;
    let va = BigInt.asUintN(64, address);
    for (let from = 0; from < length; ) {
      const part = Math.min(length - from, 4096 - Number(va & 0xfffn));
      const physical = this.translate(va, access);
      const region = physical < 0 ? undefined : this.memory.regionAt(physical);
      if (region === undefined || (access === 'write' && region.kind !== 'ram')) return false;
      visit(physical, from, part);
      from += part;
      va = BigInt.asUintN(64, va + BigInt(part));
    }
    return true;
  }

  /** The physical address, or -1 when the access would fault. */
  private translate(va: bigint, access: 'read' | 'write'): number {
    const lo = Number(BigInt.asIntN(32, va));
    const hi = Number(BigInt.asIntN(32, va >> 32n));
    const privileged = this.cpu.exceptionLevel > 0;
    return this.translator.translate(lo, hi, ACCESS[access], privileged)
      ? this.translator.result.physicalAddress
      : -1;
  }
}
