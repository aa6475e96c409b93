/** @spec IHI 0069, The Distributor register map */
import { type AccessSize, BUS_FAULT, type MmioDevice } from '@armature/core';
import type { CpuAffinities } from './affinity.ts';
import { ARM_IIDR, readIdentification } from './identification.ts';
import { GICD, InterruptRegisters } from './interrupt-registers.ts';
import { FIRST_SPI, type InterruptTable } from './interrupt-table.ts';
import { isAligned, laneMask, laneValue } from './register-access.ts';

const FRAME_SIZE = 0x1_0000;
const IDENTIFICATION = { pidr4: 0x44, pidr0: 0x92, pidr1: 0xb4, pidr2: 0x3b } as const;

/** Bits of GICD_CTLR that are always set: one Security state (DS), affinity routing (ARE). */
const CTLR_FIXED = 0x50;
/** Fields of GICD_TYPER: 16 INTID bits, Aff3 may be used, SPIs go to one CPU each. */
const TYPER_IDBITS = 15 << 19;
const TYPER_A3V = 1 << 24;
const TYPER_NO1N = 1 << 25;
/** Aff2, Aff1 and Aff0 of the low half of GICD_IROUTER, Aff3 of the high half. */
const ROUTE_LOW = 0x00ff_ffff;
const ROUTE_HIGH = 0xff;
/** IROUTER of SPI 0. */
const FIRST_ROUTE = GICD.IROUTER + 8 * FIRST_SPI;

export class DistributorV3 implements MmioDevice {
  /** GICD_IROUTER of each SPI: low and high half. */
  readonly routes: Int32Array;
  private readonly table: InterruptTable;
  private readonly affinities: CpuAffinities;
  private readonly registers: InterruptRegisters;

  constructor(table: InterruptTable, affinities: CpuAffinities) {
    this.table = table;
    this.affinities = affinities;
    this.routes = new Int32Array(2 * 32 * table.spiWords);
    this.registers = new InterruptRegisters(table, {
      firstWord: 1,
      endWord: table.spiWords + 1,
      sgisAreFixed: false,
    });
  }

  read(offset: number, size: AccessSize): number {
    if (offset >= FRAME_SIZE) return BUS_FAULT;
    if (!isAligned(offset, size) || !allowsSize(offset, size)) return 0;
    return laneValue(this.readRegister(offset & ~3), offset, size);
  }

  write(offset: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT {
    if (offset >= FRAME_SIZE) return BUS_FAULT;
    if (!isAligned(offset, size) || !allowsSize(offset, size)) return undefined;
    this.writeRegister(offset & ~3, value << (8 * (offset & 3)), laneMask(offset, size));
    return undefined;
  }

  private readRegister(offset: number): number {
    switch (offset) {
      case GICD.CTLR:
        return CTLR_FIXED | this.table.forwarded;
      case GICD.TYPER:
        return this.table.spiWords | TYPER_IDBITS | TYPER_A3V | TYPER_NO1N;
      case GICD.IIDR:
        return ARM_IIDR;
      default:
        if (offset >= 0xffd0) return readIdentification(IDENTIFICATION, offset & 0xfff);
        if (offset >= FIRST_ROUTE) return this.routes[(offset - FIRST_ROUTE) >> 2] ?? 0;
        return this.registers.read(offset, 0);
    }
  }

  private writeRegister(offset: number, value: number, mask: number): void {
    if (offset === GICD.CTLR) this.table.forwarded = value & 3;
    else if (offset >= FIRST_ROUTE) this.writeRoute((offset - FIRST_ROUTE) >> 2, value);
    else this.registers.write(offset, 0, value, mask);
  }

  private writeRoute(at: number, value: number): void {
    if (at >= this.routes.length) return;
    this.routes[at] = value & (at & 1 ? ROUTE_HIGH : ROUTE_LOW);
    this.routeOne(at >> 1);
    this.table.refreshAll();
  }

  /** Routes an SPI to the CPU that its IROUTER names; without such a CPU it goes nowhere. */
  private routeOne(spi: number): void {
    const { routed, spiWords, cpus } = this.table;
    const bit = 1 << (spi & 31);
    const target = this.affinities.find(this.routes[2 * spi], this.routes[2 * spi + 1]);
    for (let cpu = 0; cpu < cpus; cpu++) {
      const at = cpu * spiWords + (spi >> 5);
      routed[at] = cpu === target ? routed[at] | bit : routed[at] & ~bit;
    }
  }

  /** Routes every SPI as its IROUTER says. */
  route(): void {
    for (let spi = 0; spi < 32 * this.table.spiWords; spi++) this.routeOne(spi);
  }

  /** Every IROUTER is zero. */
  reset(): void {
    this.routes.fill(0);
    this.route();
  }
}

/** Only priorities have byte access; other registers are words. */
export function allowsSize(offset: number, size: AccessSize): boolean {
  if (size === 4) return true;
  return size === 1 && offset >= GICD.IPRIORITYR && offset < GICD.ITARGETSR;
}
