import {
  type AccessSize,
  type AddressTranslator,
  BUS_FAULT,
  type Bus,
  CPU_STATE,
  CpuState,
  type ExceptionModel,
  type FirmwareCalls,
  INTERRUPT_LINE,
  type MappingAttributes,
  type MmioDevice,
  type PageTables,
  PhysicalMemory,
  PSTATE,
  planMachineMemory,
  type RunOutcome,
  type SystemRegisters,
} from '@armature/core';
import { createExceptionModel } from '@armature/exceptions';
import { type AssembledImage, assemble, type Feature } from '@armature/isa';
import { createTableBuilder, createTranslation, type VmsaTranslation } from '@armature/mmu';
import { createSystemRegisters } from '@armature/sysregs';
import { ARENA_PAGE } from '../src/interpreter/code-arena.ts';
import { Interpreter } from '../src/interpreter/engine.ts';
import { SharedCode } from '../src/interpreter/shared-code.ts';
import type { JitOptions } from '../src/jit/region-cache.ts';
import { type CpuModelName, cpuModel } from '../src/models/index.ts';
import { pstateFeatures } from '../src/part.ts';
import { cpuRegisters, DC_ZVA_KEY } from '../src/registers/index.ts';

/**
 * What runs the tests: by default the interpreter. With ARMATURE_ENGINE=jit, every branch's target is compiled at once,
 * with ARMATURE_ENGINE=eager each instruction alone, before it runs.
 */
const JIT: JitOptions | undefined = {
  jit: { threshold: 0, batch: 1 },
  eager: { threshold: 0, batch: 1, eager: true },
}[process.env.ARMATURE_ENGINE ?? ''];

/** A test that runs millions of instructions has to do with fewer. */
export const IS_SLOW = JIT?.eager === true;

/** Guest physical memory: RAM, a page of ROM, and one page that a device answers. */
export const RAM = { base: 0x4000_0000, size: 0x20_0000 } as const;
export const ROM = { base: 0x0100_0000, size: 0x1000 } as const;
export const DEVICE = 0x0900_0000;

/** Where tests put things in RAM. Tables take its last eighth. */
export const VECTORS = RAM.base + 0x1000;
export const CODE = RAM.base + 0x8000;
export const DATA = RAM.base + 0x4_0000;
export const STACK = RAM.base + 0x6_0000;
const TABLES = RAM.base + 0x1c_0000;

/** Virtual addresses at which nothing is mapped. */
export const UNMAPPED = 0x5000_0000;

export const KERNEL: MappingAttributes = { write: true, execute: true, user: false };
export const USER: MappingAttributes = { write: true, execute: false, user: true };
export const USER_CODE: MappingAttributes = { write: false, execute: true, user: true };
export const READ_ONLY: MappingAttributes = { write: false, execute: false, user: false };

export const SCTLR = { M: 1n, A: 2n, SA: 8n, SA0: 16n, nTWI: 1n << 16n, nTWE: 1n << 18n } as const;

const BRANCH_TO_ITSELF = 0x1400_0000;
const EL1H = (1 << PSTATE.elShift) | PSTATE.SP;
const MASKED = PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F;

export interface BareMachineOptions {
  readonly model?: CpuModelName;
  /** What the CPU decodes. Default: what the model has. */
  readonly features?: readonly Feature[];
  /** Room for this many pages of predecoded code. Default 64. */
  readonly codePages?: number;
  readonly firmware?: FirmwareCalls;
  /** Default: no compiler, unless the environment asks for one. */
  readonly jit?: JitOptions;
}

/** An exception as its handler finds it. */
export interface Taken {
  /** Offset in the vector table. */
  readonly vector: number;
  readonly exceptionClass: number;
  readonly iss: number;
  readonly elr: bigint;
  readonly far: bigint;
  readonly spsr: bigint;
}

/** A device of one page that remembers every access; reads answer with `value` and the offset. */
export class RecordingDevice implements MmioDevice {
  accesses: { kind: 'read' | 'write'; offset: number; size: number; value: number }[] = [];
  /** What reads answer, by offset; the offset itself where nothing is given. */
  values = new Map<number, number>();
  /** Called in the middle of an access, before it is answered. */
  onAccess: ((kind: 'read' | 'write', offset: number, value: number) => void) | undefined;
  /** Accesses at these offsets are answered with an abort. */
  refused = new Set<number>();

  read(offset: number, size: AccessSize): number {
    if (this.refused.has(offset)) return BUS_FAULT;
    const value = this.values.get(offset) ?? offset;
    this.accesses.push({ kind: 'read', offset, size, value });
    this.onAccess?.('read', offset, value);
    return value;
  }

  write(offset: number, size: AccessSize, value: number): undefined | typeof BUS_FAULT {
    if (this.refused.has(offset)) return BUS_FAULT;
    this.accesses.push({ kind: 'write', offset, size, value });
    this.onAccess?.('write', offset, value);
    return undefined;
  }

  clear(): void {
    this.accesses = [];
    this.values.clear();
    this.refused.clear();
    this.onAccess = undefined;
  }
}

/**
 * A CPU with memory, one device, translation and exceptions, and nothing else. After {@link reset} it stands at
 * EL1 with interrupts masked and the MMU on: RAM is mapped at its own addresses in 4 KiB pages, the device as
 * Device memory; every vector branches to itself.
 */
export class BareMachine {
  readonly memory: PhysicalMemory;
  readonly cpu: CpuState;
  readonly registers: SystemRegisters;
  readonly translation: VmsaTranslation;
  readonly translator: AddressTranslator;
  readonly exceptions: ExceptionModel;
  readonly engine: Interpreter;
  readonly device = new RecordingDevice();
  tables!: PageTables;
  private readonly builder;
  private nextFrame = 0;

  constructor(options: BareMachineOptions = {}) {
    const named = cpuModel(options.model ?? 'cortex-a72');
    const model = options.features === undefined ? named : { ...named, features: new Set(options.features) };
    const plan = planMachineMemory({ cpus: 1, codeArenaBytes: (options.codePages ?? 64) * ARENA_PAGE });
    const romOffset = plan.guestMemory + RAM.size;
    const memory = new WebAssembly.Memory(
      ((pages) => ({ initial: pages, maximum: pages }))(Math.ceil((romOffset + ROM.size) / 65536)),
    );
    this.memory = new PhysicalMemory(memory, [
      { name: 'ram', ...RAM, kind: 'ram', hostOffset: plan.guestMemory },
      { name: 'rom', ...ROM, kind: 'rom', hostOffset: romOffset },
    ]);
    this.cpu = new CpuState(memory, plan.cpuBlocks[0]);
    this.translation = createTranslation();
    this.translator = this.translation.createTranslator(this.cpu, this.memory, model.translation);
    this.exceptions = createExceptionModel(pstateFeatures(model.features));
    this.builder = createTableBuilder(model.physicalAddressBits, this.translation);
    this.registers = createSystemRegisters();
    this.registers.add(cpuRegisters(model), 'cpu');
    this.registers.add(this.translator.registers, 'address-translation');
    this.registers.add(this.exceptions.registers, 'exceptions');
    this.engine = new Interpreter({
      cpu: this.cpu,
      memory: this.memory,
      bus: this.bus,
      code: new SharedCode({
        memory: this.memory,
        codeArena: plan.codeArena,
        activeState: plan.activeState,
        features: model.features,
        registers: this.registers,
        ...(options.jit !== undefined ? { jit: options.jit } : JIT && { jit: JIT }),
      }),
      translator: this.translator,
      exceptions: this.exceptions,
      registers: this.registers,
      firmware: () => options.firmware,
      features: model.features,
      dcZvaKey: DC_ZVA_KEY,
      onReset: () => {
        for (let register = 0; register < 32; register++) this.cpu.setX(register, 0n);
        this.registers.reset(this.cpu);
        this.exceptions.reset(this.cpu);
        this.translator.reset();
      },
    });
  }

  private get bus(): Bus {
    const inDevice = (address: number): boolean => address >= DEVICE && address < DEVICE + 0x1000;
    return {
      read: (address, size) => (inDevice(address) ? this.device.read(address - DEVICE, size) : BUS_FAULT),
      write: (address, size, value) =>
        inDevice(address) ? this.device.write(address - DEVICE, size, value) : BUS_FAULT,
    };
  }

  reset(): void {
    const { cpu, memory } = this;
    this.device.clear();
    memory.fill(RAM.base, RAM.size, 0);
    memory.fill(ROM.base, ROM.size, 0);
    cpu.setLo(CPU_STATE.interruptLines, 0);
    this.engine.reset();
    for (let offset = 0; offset < 0x800; offset += 0x80) memory.writeU32(VECTORS + offset, BRANCH_TO_ITSELF);
    this.nextFrame = TABLES >>> 12;
    this.tables = this.makeTables('low');
    this.map(RAM.base, RAM.base, RAM.size / 4096, KERNEL);
    this.map(DEVICE, DEVICE, 1, { write: true, execute: false, user: true, device: true });
    cpu.setSystem('VBAR_EL1', BigInt(VECTORS));
    cpu.setSystem('MAIR_EL1', this.builder.controlRegisters.MAIR_EL1);
    cpu.setSystem('TCR_EL1', this.builder.controlRegisters.TCR_EL1);
    cpu.setSystem('TTBR0_EL1', BigInt(this.tables.root));
    this.sctlr(SCTLR.M | SCTLR.SA | SCTLR.SA0);
    cpu.sp = BigInt(STACK);
    cpu.pc = BigInt(CODE);
  }

  /** Makes another set of tables. */
  makeTables(half: 'low' | 'high'): PageTables {
    const frames = { alloc: () => this.nextFrame++, free: () => undefined };
    const tables = this.builder.createTables(this.memory, frames, half);
    if (tables === undefined) throw new Error('no frame for a table');
    return tables;
  }

  /** Maps pages in the tables in use; replaces what was there, and tells the CPU. */
  map(va: number, pa: number, pages: number, attributes: MappingAttributes): void {
    if (this.tables.query(BigInt(va)) !== undefined) this.tables.unmap(BigInt(va), pages);
    const outcome = this.tables.map(BigInt(va), pa, pages, attributes);
    if (outcome !== 'ok') throw new Error(`mapping 0x${va.toString(16)}: ${outcome}`);
  }

  /** Sets SCTLR_EL1 as a reset in that state would. */
  sctlr(value: bigint): void {
    this.cpu.setSystem('SCTLR_EL1', value);
    this.translator.reset();
  }

  /** Assembles a program, puts it into memory and points the CPU at it. */
  load(source: string, address: number = CODE): AssembledImage {
    const image = this.place(source, address);
    this.cpu.pc = image.origin;
    return image;
  }

  /** Assembles code and puts it into memory. */
  place(source: string, address: number): AssembledImage {
    const image = assemble(source, { origin: BigInt(address) });
    this.memory.write(address, image.bytes);
    return image;
  }

  /** Assembles and runs exactly as many instructions as there are words. */
  execute(source: string, registers: Readonly<Record<number, bigint | number>> = {}): RunOutcome {
    const image = this.load(source);
    this.setX(registers);
    return this.engine.run(image.words.length);
  }

  setX(registers: Readonly<Record<number, bigint | number>>): void {
    for (const [register, value] of Object.entries(registers)) {
      this.cpu.setX(Number(register), BigInt.asUintN(64, BigInt(value)));
    }
  }

  x(register: number): bigint {
    return this.cpu.x(register);
  }

  /** Puts the CPU at EL0, or at EL1 with the given pieces of PSTATE. */
  level(el: 0 | 1, pstate: number = MASKED): void {
    this.cpu.setSystem('SP_EL1', this.cpu.sp);
    this.cpu.pstate = (el === 0 ? 0 : EL1H) | pstate;
  }

  /** Steps until an exception is taken. @throws Error when none is within `limit` instructions */
  untilException(limit = 100): Taken {
    for (let count = 0; count < limit; count++) {
      this.engine.run(1);
      const vector = Number(this.cpu.pc) - VECTORS;
      if (vector >= 0 && vector < 0x800 && vector % 0x80 === 0) return this.taken(vector);
    }
    throw new Error(`no exception within ${limit} instructions; pc 0x${this.cpu.pc.toString(16)}`);
  }

  /** What the handler that the CPU stands in would read. */
  taken(vector = Number(this.cpu.pc) - VECTORS): Taken {
    const { cpu } = this;
    const syndrome = Number(cpu.system('ESR_EL1'));
    return {
      vector,
      exceptionClass: (syndrome >>> 26) & 0x3f,
      iss: syndrome & 0x1ff_ffff,
      elr: cpu.system('ELR_EL1'),
      far: cpu.system('FAR_EL1'),
      spsr: cpu.system('SPSR_EL1'),
    };
  }

  /** Drives an interrupt input as a device would. */
  interrupt(line: keyof typeof INTERRUPT_LINE, level: boolean): void {
    this.cpu.setInterruptLine(INTERRUPT_LINE[line], level);
    this.engine.interruptsChanged();
  }

  /** Everything that a program can have changed. */
  state(): Record<string, unknown> {
    const { cpu } = this;
    return {
      x: Array.from({ length: 31 }, (_, register) => cpu.x(register)),
      v: Array.from({ length: 32 }, (_, register) => cpu.v(register)),
      sp: cpu.sp,
      pc: cpu.pc,
      pstate: cpu.pstate,
      nzcv: cpu.nzcv,
      exclusive: cpu.get64(CPU_STATE.exclusiveAddress),
      system: this.registers.snapshot(cpu),
      ram: checksum(this.memory.read(RAM.base, RAM.size)),
      device: this.device.accesses,
    };
  }
}

/** FNV-1a over 32-bit words: tells unequal memories apart without holding copies. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const word of new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)) {
    hash = Math.imul(hash ^ word, 0x0100_0193);
  }
  return hash >>> 0;
}

/** A machine ready to run. */
export async function bareMachine(options: BareMachineOptions = {}): Promise<BareMachine> {
  const machine = new BareMachine(options);
  await machine.engine.prepare();
  machine.reset();
  return machine;
}
