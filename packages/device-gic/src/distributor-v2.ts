/** @spec IHI 0048B, Distributor register descriptions */
import { type AccessSize, BUS_FAULT, type MmioDevice } from '@armature/core';
import { ARM_IIDR, readIdentification } from './identification.ts';
import { GICD, InterruptRegisters } from './interrupt-registers.ts';
import { type InterruptTable, SGI_COUNT } from './interrupt-table.ts';
import { isAligned, laneMask, laneValue } from './register-access.ts';

const FRAME_SIZE = 0x1000;
const IDENTIFICATION = { pidr4: 0x04, pidr0: 0x90, pidr1: 0xb4, pidr2: 0x2b } as const;
const TARGETS_END = GICD.ITARGETSR + 0x400;
/** Where ITARGETSR stops being banked and read-only. */
const SPI_TARGETS = GICD.ITARGETSR + 32;
/** TargetListFilter of GICD_SGIR: the list, all but the writer, the writer. */
const FILTER = { list: 0, others: 1, self: 2 } as const;

export class DistributorV2 implements MmioDevice {
  /** CPUs that target each SPI, a bit each. */
  readonly targets: Uint8Array;
  /** CPUs whose SGI is pending, by 16 * target CPU + SGI. An SGI is latched while it has any. */
  readonly sgiSources: Uint8Array;
  private readonly table: InterruptTable;
  private readonly registers: InterruptRegisters;
  private readonly accessingCpu: () => number;
  private readonly cpuMask: number;

  constructor(table: InterruptTable, accessingCpu: () => number) {
    this.table = table;
    this.accessingCpu = accessingCpu;
    this.cpuMask = (1 << table.cpus) - 1;
    this.targets = new Uint8Array(32 * table.spiWords);
    this.sgiSources = new Uint8Array(SGI_COUNT * table.cpus);
    this.registers = new InterruptRegisters(table, {
      firstWord: 0,
      endWord: table.spiWords + 1,
      sgisAreFixed: true,
    });
  }

  /** With one CPU there is nothing to choose: every SPI targets it. */
  private get isUniprocessor(): boolean {
    return this.table.cpus === 1;
  }

  read(offset: number, size: AccessSize): number {
    if (offset >= FRAME_SIZE) return BUS_FAULT;
    if (!isAligned(offset, size)) return 0;
    return laneValue(this.readRegister(offset & ~3), offset, size);
  }

  write(offset: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT {
    if (offset >= FRAME_SIZE) return BUS_FAULT;
    if (!isAligned(offset, size)) return undefined;
    this.writeRegister(offset & ~3, value << (8 * (offset & 3)), laneMask(offset, size));
    return undefined;
  }

  private readRegister(offset: number): number {
    const cpu = this.accessingCpu();
    if (offset >= GICD.ITARGETSR && offset < TARGETS_END) return this.readTargets(offset, cpu);
    if (offset >= GICD.CPENDSGIR && offset < GICD.SPENDSGIR + SGI_COUNT) {
      return this.readSgiSources(SGI_COUNT * cpu + (offset & 0xf));
    }
    switch (offset) {
      case GICD.CTLR:
        return this.table.forwarded;
      case GICD.TYPER:
        return this.table.spiWords | ((this.table.cpus - 1) << 5);
      case GICD.IIDR:
        return ARM_IIDR;
      default:
        if (offset >= 0xfd0) return readIdentification(IDENTIFICATION, offset);
        return this.registers.read(offset, cpu);
    }
  }

  private writeRegister(offset: number, value: number, mask: number): void {
    const cpu = this.accessingCpu();
    if (offset >= SPI_TARGETS && offset < TARGETS_END) this.writeTargets(offset, value, mask);
    else if (offset >= GICD.CPENDSGIR && offset < GICD.SPENDSGIR + SGI_COUNT) {
      this.writeSgiSources(offset, cpu, value & mask);
    } else if (offset === GICD.CTLR) {
      this.table.forwarded = ((this.table.forwarded & ~mask) | (value & mask)) & 3;
    } else if (offset === GICD.SGIR) {
      if (mask === -1) this.generateSgi(cpu, value);
    } else this.registers.write(offset, cpu, value, mask);
  }

  private readTargets(offset: number, cpu: number): number {
    if (this.isUniprocessor) return 0;
    if (offset < SPI_TARGETS) return Math.imul(1 << cpu, 0x0101_0101);
    const first = offset - SPI_TARGETS;
    if (first >= this.targets.length) return 0;
    const { targets } = this;
    return (
      targets[first] | (targets[first + 1] << 8) | (targets[first + 2] << 16) | (targets[first + 3] << 24)
    );
  }

  private writeTargets(offset: number, value: number, mask: number): void {
    const first = offset - SPI_TARGETS;
    if (this.isUniprocessor || first >= this.targets.length) return;
    for (let lane = 0; lane < 4; lane++) {
      if ((mask >>> (8 * lane)) & 0xff) this.setTargets(first + lane, (value >>> (8 * lane)) & this.cpuMask);
    }
    this.table.refreshAll();
  }

  private setTargets(spi: number, cpus: number): void {
    this.targets[spi] = cpus;
    this.routeOne(spi);
  }

  /** Routes every SPI to the CPUs that it targets. */
  route(): void {
    for (let spi = 0; spi < this.targets.length; spi++) this.routeOne(spi);
  }

  private routeOne(spi: number): void {
    const { routed, spiWords } = this.table;
    const cpus = this.targets[spi];
    const bit = 1 << (spi & 31);
    for (let cpu = 0; cpu < this.table.cpus; cpu++) {
      const at = cpu * spiWords + (spi >> 5);
      routed[at] = (cpus >> cpu) & 1 ? routed[at] | bit : routed[at] & ~bit;
    }
  }

  private readSgiSources(first: number): number {
    const { sgiSources: from } = this;
    return from[first] | (from[first + 1] << 8) | (from[first + 2] << 16) | (from[first + 3] << 24);
  }

  private writeSgiSources(offset: number, cpu: number, value: number): void {
    const isSet = offset >= GICD.SPENDSGIR;
    for (let lane = 0; lane < 4; lane++) {
      const sources = (value >>> (8 * lane)) & this.cpuMask;
      if (sources === 0) continue;
      const sgi = (offset & 0xf) + lane;
      if (isSet) this.addSgiSources(cpu, sgi, sources);
      else this.removeSgiSources(cpu, sgi, sources);
    }
  }

  private addSgiSources(cpu: number, sgi: number, sources: number): void {
    this.sgiSources[SGI_COUNT * cpu + sgi] |= sources;
    this.table.latch(sgi, cpu);
  }

  private removeSgiSources(cpu: number, sgi: number, sources: number): void {
    const at = SGI_COUNT * cpu + sgi;
    this.sgiSources[at] &= ~sources;
    if (this.sgiSources[at] === 0) this.table.unlatch(sgi, cpu);
  }

  private generateSgi(source: number, value: number): void {
    const filter = (value >>> 24) & 3;
    let targets = 0;
    if (filter === FILTER.list) targets = (value >>> 16) & this.cpuMask;
    else if (filter === FILTER.others) targets = this.cpuMask & ~(1 << source);
    else if (filter === FILTER.self) targets = 1 << source;
    for (let cpu = 0; cpu < this.table.cpus; cpu++) {
      if ((targets >> cpu) & 1) this.addSgiSources(cpu, value & 0xf, 1 << source);
    }
  }

  /** Activates an SGI from the lowest of the CPUs that sent it, and returns that CPU. */
  acknowledgeSgi(cpu: number, sgi: number): number {
    const at = SGI_COUNT * cpu + sgi;
    const sources = this.sgiSources[at];
    const source = 31 - Math.clz32(sources & -sources);
    this.sgiSources[at] = sources & (sources - 1);
    this.table.activate(sgi, cpu, this.sgiSources[at] !== 0);
    return source;
  }

  /** The lowest of the CPUs that sent a pending SGI. */
  sgiSource(cpu: number, sgi: number): number {
    const sources = this.sgiSources[SGI_COUNT * cpu + sgi];
    return 31 - Math.clz32(sources & -sources);
  }

  reset(): void {
    this.targets.fill(this.isUniprocessor ? 1 : 0);
    this.sgiSources.fill(0);
    this.route();
  }
}
