/** @spec IHI 0069, The Redistributor register map */
import { type AccessSize, BUS_FAULT, type MmioDevice } from '@armature/core';
import { affinityOf } from './affinity.ts';
import { allowsSize } from './distributor-v3.ts';
import { ARM_IIDR, readIdentification } from './identification.ts';
import { InterruptRegisters } from './interrupt-registers.ts';
import type { InterruptTable } from './interrupt-table.ts';
import { isAligned, laneMask, laneValue } from './register-access.ts';

/** Bytes of a redistributor: a frame of its own registers, then one of SGIs and PPIs. */
export const REDISTRIBUTOR_SIZE = 0x2_0000;

/** Offsets of a redistributor's registers in its first frame; GICR_CTLR and the LPI registers are RAZ/WI. */
export const GICR = {
  IIDR: 0x0004 /* RO */,
  TYPER: 0x0008 /* RO, 64 bits */,
  WAKER: 0x0014 /* RW */,
  PIDR4: 0xffd0 /* RO */,
  /** The frame of SGIs and PPIs: registers at the offsets of the distributor's. */
  SGI: 0x1_0000,
} as const;

/** Bits of GICR_WAKER: software asks for sleep, the redistributor has gone to sleep. */
export const GICR_WAKER = { ProcessorSleep: 1 << 1, ChildrenAsleep: 1 << 2 } as const;

const IDENTIFICATION = { pidr4: 0x44, pidr0: 0x93, pidr1: 0xb4, pidr2: 0x3b } as const;
const TYPER_LAST = 1 << 4;

/** All redistributors, one after the other. */
export class Redistributors implements MmioDevice {
  /** 1 where software has not woken the CPU interface. It stands for nothing: interrupts are forwarded. */
  readonly asleep: Uint8Array;
  private readonly table: InterruptTable;
  private readonly registers: InterruptRegisters;

  constructor(table: InterruptTable) {
    this.table = table;
    this.asleep = new Uint8Array(table.cpus);
    this.registers = new InterruptRegisters(table, { firstWord: 0, endWord: 1, sgisAreFixed: false });
  }

  read(offset: number, size: AccessSize): number {
    const cpu = Math.floor(offset / REDISTRIBUTOR_SIZE);
    if (cpu >= this.table.cpus) return BUS_FAULT;
    if (!isAligned(offset, size)) return 0;
    const register = offset % REDISTRIBUTOR_SIZE;
    if (register < GICR.SGI) return size === 4 ? this.readRegister(register, cpu) >>> 0 : 0;
    const inFrame = register - GICR.SGI;
    if (!allowsSize(inFrame, size)) return 0;
    return laneValue(this.registers.read(inFrame & ~3, cpu), inFrame, size);
  }

  write(offset: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT {
    const cpu = Math.floor(offset / REDISTRIBUTOR_SIZE);
    if (cpu >= this.table.cpus) return BUS_FAULT;
    if (!isAligned(offset, size)) return undefined;
    const register = offset % REDISTRIBUTOR_SIZE;
    if (register < GICR.SGI) {
      if (size === 4 && register === GICR.WAKER) {
        this.asleep[cpu] = value & GICR_WAKER.ProcessorSleep ? 1 : 0;
      }
      return undefined;
    }
    const inFrame = register - GICR.SGI;
    if (allowsSize(inFrame, size)) {
      this.registers.write(inFrame & ~3, cpu, value << (8 * (inFrame & 3)), laneMask(inFrame, size));
    }
    return undefined;
  }

  private readRegister(register: number, cpu: number): number {
    switch (register) {
      case GICR.IIDR:
        return ARM_IIDR;
      case GICR.TYPER:
        return (cpu << 8) | (cpu === this.table.cpus - 1 ? TYPER_LAST : 0);
      case GICR.TYPER + 4:
        return affinityOf(cpu);
      case GICR.WAKER:
        return this.asleep[cpu] ? GICR_WAKER.ProcessorSleep | GICR_WAKER.ChildrenAsleep : 0;
      default:
        return register >= GICR.PIDR4 ? readIdentification(IDENTIFICATION, register & 0xfff) : 0;
    }
  }

  reset(): void {
    this.asleep.fill(1);
  }
}
