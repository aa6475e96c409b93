import {
  CPU_STATE,
  CPU_STATE_OWN_SIZE,
  type CpuEngine,
  type CpuState,
  type StopReason,
  sharedRegisterOffset,
} from '@armature/core';
import { type CpuModelName, type CpuOptions, cpu } from '@armature/cpu';
import { genericTimer } from '@armature/device-timer';
import { aarch64Exceptions } from '@armature/exceptions';
import { createMachine, type Machine, ram, wiredInterrupts } from '@armature/machine';
import { vmsav8 } from '@armature/mmu';
import { Random } from '../random.ts';
import { floatLane, integerLane, type Lane, type LaneMaker } from '../user/values.ts';
import { words } from './assembly.ts';
import type { Action, EngineCase, Mode } from './case.ts';
import { type ProbeDevice, probeDevice } from './device.ts';
import { STEPS, stepped } from './engines.ts';
import { BOOT_LENGTH, BOOT_VALUES, BOOTED_PC, firmwareImage, SCTLR } from './firmware.ts';
import { CODE_PAGES, DATA_PAGES, inView, PAGE, PHYSICAL, RAM, SAVE, TWIN } from './layout.ts';
import { type PlacedProgram, place, wordAt } from './program.ts';
import { DATA_BASE, MULTIPLIER, RANDOM } from './skeleton.ts';
import { translationTables } from './translation.ts';

/** An engine to compare: its name, with `:steps` after it for one instruction at a time, and its options. */
export interface EngineSpec {
  readonly name: string;
  readonly model: CpuModelName;
  /** What a compiling engine is given: executions after which it compiles, and regions that wait for each other. */
  readonly jit?: CpuOptions['jit'];
  /** Puts something between the machine and its engine: tests do, to have a wrong one. */
  readonly wrap?: (engine: CpuEngine, wordAtPc: () => number | undefined) => CpuEngine;
}

const MODE_BITS: Readonly<Record<Mode, number>> = { el0: 0, el1t: 4, el1h: 5 };
const ELR_EL1 = sharedRegisterOffset('ELR_EL1');
/** One tick of the timer is one nanosecond, which is one instruction. */
const TIMER_FREQUENCY = 1_000_000_000;
/** What the random number of a program is multiplied by. */
const FACTOR = 0x5851_f42d_4c95_7f2dn;

/** The reason of what {@link EngineBench.begin} came to. */
export const BEGUN = 'begun';

/** An exception that was taken: after how many instructions of the case, and its description. */
export interface NotedException {
  readonly count: number;
  readonly text: string;
}

/** What one action came to. */
export interface Outcome {
  readonly instructions: number;
  readonly reason: string;
}

const image = (): Uint8Array => {
  const bytes = new Uint8Array(RAM.size);
  bytes.set(firmwareImage());
  bytes.set(translationTables(), PHYSICAL.tables - RAM.base);
  return bytes;
};

/** Numbers around 1, of all signs and fractions: what host arithmetic takes. */
function ordinaryLane(random: Random, bits: number): Lane {
  const lane = integerLane(random, 64);
  const double = bits === 64;
  const exponent = (double ? 1023 : 127) + random.below(12) - 6;
  const top = (random.below(2) << 31) | (exponent << (double ? 20 : 23)) | 0;
  if (double) {
    lane.hi = top | (random.next() >>> 12);
    lane.lo = random.oneIn(2) ? 0 : random.next();
  } else {
    lane.lo = top | (random.next() >>> 9);
  }
  return lane;
}

/** Contents of data pages: lanes of 64 bits, and pairs of 32. */
function pool(make: LaneMaker): Uint8Array {
  const random = new Random(0x5eed);
  const words = new Int32Array((2 * DATA_PAGES * PAGE) / 4);
  for (let word = 0; word < words.length; word += 2) {
    const double = random.oneIn(2);
    const { lo, hi } = make(random, double ? 64 : 32);
    words[word] = lo;
    words[word + 1] = double ? hi : make(random, 32).lo;
  }
  return new Uint8Array(words.buffer);
}

const LANES: Readonly<Record<EngineCase['start']['values'], LaneMaker>> = {
  random: integerLane,
  floats: floatLane,
  ordinary: ordinaryLane,
};
const POOLS = { random: pool(integerLane), floats: pool(floatLane), ordinary: pool(ordinaryLane) } as const;
const PRISTINE = image();

/** A machine with one engine, ready to run cases. */
export class EngineBench {
  readonly spec: EngineSpec;
  readonly machine: Machine;
  readonly engine: CpuEngine;
  readonly state: CpuState;
  readonly device: ProbeDevice;
  /** Memory as the case found it. */
  private readonly target = PRISTINE.slice();
  private readonly memory: Uint8Array;
  private readonly blockBytes: Buffer;
  private readonly setFiq: (level: boolean) => void;
  placed: PlacedProgram | undefined;
  /** Exceptions taken since the case began. */
  exceptions = 0;
  /** A hash of them: which, where, after how many instructions. */
  exceptionHash = 0;
  /** Those exceptions, where somebody gave a list. */
  log: NotedException[] | undefined;
  private started = 0;
  private transfers = 0;

  constructor(spec: EngineSpec, machine: Machine<'cpu'>, device: ProbeDevice) {
    this.spec = spec;
    this.machine = machine as Machine;
    const cluster = machine.use('cpu');
    const engine = cluster.engines[0]!;
    this.engine = spec.wrap?.(engine, () => this.wordAtPc()) ?? engine;
    this.state = cluster.states[0]!;
    this.device = device;
    cluster.observeExceptions({ taken: (_, kind, syndrome) => this.noteException(kind, syndrome) });
    const fiq = cluster.interruptInput(0, 'fiq');
    this.setFiq = (level) => fiq.set(level);
    this.blockBytes = Buffer.from(machine.memory.memory.buffer, this.state.base, CPU_STATE_OWN_SIZE);
    const offset = machine.memory.hostOffset(RAM.base, RAM.size);
    this.memory = machine.memory.bytes.subarray(offset, offset + RAM.size);
  }

  private noteException(kind: string, syndrome: number): void {
    const { state } = this;
    const count = this.engine.instructions - this.started;
    this.exceptions++;
    this.mix(count);
    this.mix(syndrome);
    this.mix(state.lo(ELR_EL1));
    if (this.log === undefined) return;
    const [elr, far, spsr] = (['ELR_EL1', 'FAR_EL1', 'SPSR_EL1'] as const).map((name) =>
      state.system(name).toString(16),
    );
    const cause = kind === 'synchronous' ? `syndrome ${(syndrome >>> 0).toString(16)} far ${far}` : kind;
    this.log.push({ count, text: `after ${count} instructions: ${cause} elr ${elr} spsr ${spsr}` });
  }

  private mix(value: number): void {
    this.exceptionHash = Math.imul(this.exceptionHash ^ value, 0x0100_0193) ^ (this.exceptionHash >>> 13);
  }

  /** The CPU's state block. */
  get block(): Buffer {
    return this.blockBytes;
  }

  /** All of RAM. */
  get ram(): Uint8Array {
    return this.memory;
  }

  /** Brings machine and memory to the start of a case. */
  begin(item: EngineCase): Outcome {
    const { start } = item;
    const base = PHYSICAL.code + item.page * PAGE;
    this.placed = place(item.program, base);
    this.transfers = 0;
    this.device.actions = {
      transfer: () => this.transfer(item),
      fiq: this.setFiq,
      stop: () => this.engine.requestStop(),
    };
    if (item.cold) this.machine.reset();
    this.device.reset();
    this.fillMemory(item);
    this.engine.powerOn(PHYSICAL.boot, 0, 0, 0);
    this.boot(start);
    this.fillRegisters(item);
    this.exceptions = 0;
    this.exceptionHash = 0;
    this.started = this.engine.instructions;
    return { instructions: 0, reason: BEGUN };
  }

  private fillMemory(item: EngineCase): void {
    const { target } = this;
    const { start } = item;
    const random = new Random(start.seed);
    const code = PHYSICAL.code - RAM.base;
    const data = PHYSICAL.data - RAM.base;
    target.fill(0, code, code + CODE_PAGES * PAGE);
    const from = 16 * random.below((DATA_PAGES * PAGE) / 16);
    target.set(POOLS[start.values].subarray(from, from + DATA_PAGES * PAGE), data);
    for (const segment of this.placed!.segments) {
      target.set(new Uint8Array(segment.words.buffer), segment.address - RAM.base);
    }
    TWIN.pages.forEach((page, space) => {
      target.set(TWIN_FUNCTIONS[space]!, page - RAM.base);
    });
    const save = new DataView(target.buffer, PHYSICAL.save - RAM.base);
    save.setBigUint64(SAVE.recoverPc, BigInt(this.entry(item)), true);
    save.setBigUint64(SAVE.recoverMode, BigInt(MODE_BITS[start.mode] | start.pstate), true);
    save.setBigUint64(SAVE.interval, BigInt(start.timer), true);
    for (let at = 0; at < RAM.size; at += PAGE) {
      const wanted = target.subarray(at, at + PAGE);
      if (Buffer.compare(wanted, this.memory.subarray(at, at + PAGE)) !== 0) {
        this.machine.memory.write(RAM.base + at, wanted);
      }
    }
  }

  private entry({ start }: EngineCase): number {
    return inView(start.code, this.placed!.addressOf(start.label));
  }

  private boot({ sctlr, tags }: EngineCase['start']): void {
    const { engine, state } = this;
    BOOT_VALUES(SCTLR ^ sctlr, tags).forEach((value, register) => {
      state.setX(register, value);
    });
    state.pc = BigInt(PHYSICAL.boot);
    // A stop that the case before asked for with its last instruction comes now.
    while (engine.run(BOOT_LENGTH).reason === 'requested' && state.pc === BigInt(PHYSICAL.boot)) {}
    if (state.pc !== BigInt(BOOTED_PC)) throw new Error(`boot ended at 0x${state.pc.toString(16)}`);
  }

  private fillRegisters(item: EngineCase): void {
    const { state } = this;
    const { start } = item;
    const random = new Random(start.seed ^ 0x1234);
    for (let register = 0; register < 31; register++) {
      const { lo, hi } = integerLane(random, 64);
      state.set(CPU_STATE.x + 8 * register, lo, hi);
    }
    const make = LANES[start.values];
    for (let word = 0; word < 128; word += 2) {
      const { lo, hi } = make(random, 64);
      state.set(CPU_STATE.v + 4 * word, lo, hi);
    }
    state.setX(RANDOM, BigInt(random.next()) << 20n);
    state.setX(MULTIPLIER, FACTOR);
    state.setX(DATA_BASE, BigInt(inView(start.data, PHYSICAL.data)));
    // EL0 uses the user's view of the stack.
    const stack = BigInt(inView('user', PHYSICAL.stack + 2 * PAGE));
    state.setSystem('SP_EL0', stack);
    state.setSystem('SP_EL1', stack + 4096n);
    state.sp = start.mode === 'el1h' ? stack + 4096n : stack;
    state.pstate = MODE_BITS[start.mode] | start.pstate;
    state.nzcv = random.next() & 0xf000_0000;
    state.setSystem('FPCR', BigInt(start.fpcr));
    state.setSystem('FPSR', BigInt(start.fpsr));
    state.setSystem('CPACR_EL1', BigInt(start.fpen) << 20n);
    for (const name of ['ESR_EL1', 'FAR_EL1', 'ELR_EL1', 'SPSR_EL1', 'PAR_EL1', 'TPIDR_EL1'] as const) {
      state.setSystem(name, 0n);
    }
    state.clearExclusive();
    if (start.timer > 0) this.startTimer(start.timer);
    state.pc = BigInt(this.entry(item));
  }

  private startTimer(ticks: number): void {
    const { systemRegisters } = this.machine;
    systemRegisters.byName('CNTV_TVAL_EL0')!.write!(this.state, ticks, 0);
    systemRegisters.byName('CNTV_CTL_EL0')!.write!(this.state, 1, 0);
  }

  private transfer({ transfers }: EngineCase): void {
    if (transfers.length === 0) return;
    const { at, word } = transfers[this.transfers++ % transfers.length]!;
    this.writeWord(this.placed!.addressOf(at), wordAt(word, at, this.placed!.addressOf));
  }

  private writeWord(address: number, word: number): void {
    this.machine.memory.writeU32(address, word >>> 0);
  }

  /** Does one thing; instructions are those that it completed. */
  perform(action: Action): Outcome {
    switch (action.kind) {
      case 'run':
        return this.run(action.instructions);
      case 'clocked': {
        const { instructions, reason } = this.machine.runSync({ maxInstructions: action.instructions });
        return { instructions, reason };
      }
      case 'line':
        if (action.line === 'irq') this.device.setIrq(action.level);
        else this.setFiq(action.level);
        return { instructions: 0, reason: 'done' };
      case 'write': {
        const address = this.placed!.addressOf(action.at);
        this.writeWord(address, wordAt(action.word, action.at, this.placed!.addressOf));
        return { instructions: 0, reason: 'done' };
      }
    }
  }

  /** Runs on after each stop that the device asked for; their number is part of the outcome. */
  private run(budget: number): Outcome {
    let instructions = 0;
    let stops = 0;
    let reason: StopReason;
    do {
      const outcome = this.engine.run(budget - instructions);
      instructions += outcome.instructions;
      reason = outcome.reason;
      if (reason === 'requested') stops += instructions + 1;
    } while (reason === 'requested' && instructions < budget);
    return { instructions, reason: stops > 0 ? `${reason}, stopped ${stops}` : reason };
  }

  /** The word of the next instruction, if it is in a view of RAM. */
  wordAtPc(): number | undefined {
    const pc = Number(this.state.pc & 0xffff_ffffn);
    const page = Math.floor((pc - RAM.base) / PAGE) % 1024;
    const physical = RAM.base + (page % RAM.pages) * PAGE + (pc % PAGE);
    if (pc < RAM.base || pc % 4 !== 0) return undefined;
    return this.machine.memory.readU32(physical);
  }
}

/** What the twin page holds in each address space: functions of different length that change X0 and X1. */
const TWIN_FUNCTIONS = [
  'add x0, x0, 1; eor x1, x1, x0; ret',
  'add x0, x0, 0x101; add x1, x1, x0; nop; ret',
].map((source) => new Uint8Array(Uint32Array.from(words(source)).buffer));

/** Builds a machine with an engine. @throws CONFIG_INVALID for an engine that there is not */
export async function engineBench(spec: EngineSpec): Promise<EngineBench> {
  const { model, jit } = spec;
  const name = spec.name.replace(STEPS, '');
  const wrap = spec.name === name ? spec.wrap : stepped;
  let device: ProbeDevice | undefined;
  const options = {
    model,
    engine: name,
    ...(jit !== undefined && name !== 'interpreter' && { jit }),
  } as CpuOptions;
  const machine = await createMachine({ codeArenaBytes: 8 * 2 ** 20 })
    .use(ram({ base: RAM.base, size: RAM.size }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(wiredInterrupts())
    .use(genericTimer({ frequency: TIMER_FREQUENCY }))
    .use(
      probeDevice((made) => {
        device = made;
      }),
    )
    .use(cpu(options))
    .build();
  return new EngineBench({ ...spec, ...(wrap && { wrap }) }, machine, device!);
}
