import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GiB, MiB } from '@armature/core';
import { aarch64Exceptions } from '@armature/exceptions';
import { assemble } from '@armature/isa';
import { createMachine, ram } from '@armature/machine';
import { vmsav8 } from '@armature/mmu';
import { cpu } from '../../src/part.ts';

/** Where code of cases may be: pages of 2 MiB with the rights and attributes that their names tell. */
export const PLACES = {
  /** Executable at EL1 alone. */
  kernel: 0x4120_0000,
  /** Executable at both levels, and guarded. */
  guarded: 0x4140_0000,
  /** Executable at both levels. */
  open: 0x4160_0000,
} as const;
export type Place = keyof typeof PLACES;

/** Data of both levels, of EL1, clean data that hardware may mark as dirty, and data never accessed. */
export const USER_DATA = 0x4180_0000;
export const KERNEL_DATA = 0x41a0_0000;
export const CLEAN_DATA = 0x4220_0000;
export const NEW_DATA = 0x4240_0000;

const IMAGE = 0x4100_0000;
const CASES = 0x41e0_0000;
const RESULTS = 0x41f0_0000;
const TABLES = 0x4200_0000;
const CASE_WORDS = 8;
const RESULT_WORDS = 10;
/** Each case has this much room in each place. */
const SLOT = 256;

const TOOLS = ['qemu-system-aarch64', 'aarch64-linux-gnu-as', 'aarch64-linux-gnu-objcopy'];
export const available = TOOLS.every((tool) => spawnSync(tool, ['--version']).status === 0);

export const SCTLR = {
  /** M, C, I, SA, SA0, DZE, UCT, nTWI, nTWE, UCI, SPAN and the bits that are one. */
  base: 0x34d5_d91dn,
  SPAN: 1n << 23n,
  BT0: 1n << 35n,
  BT1: 1n << 36n,
  DSSBS: 1n << 44n,
  EnIA: 1n << 31n,
} as const;

export const TCR = {
  /** 39-bit addresses in both halves, granules of 4 KiB, 40-bit physical addresses. */
  base: 0x2_b519_3519n,
  HA: 1n << 39n,
  HD: 1n << 40n,
  HPD0: 1n << 41n,
  E0PD0: 1n << 55n,
  E0PD1: 1n << 56n,
} as const;

export const PSTATE_BITS = {
  btype: (value: number): bigint => BigInt(value) << 10n,
  SSBS: 1n << 12n,
  PAN: 1n << 22n,
  UAO: 1n << 23n,
  DIT: 1n << 24n,
} as const;

/** The address of 39-bit high halves at which the tables show a physical one. */
export const highAddress = (physical: number): bigint => 0xffff_ff80_0000_0000n + BigInt(physical);

/** Where the descriptor of a page of 2 MiB is. */
export const descriptorOf = (address: number): bigint =>
  BigInt(TABLES + 0x1000 + 8 * ((address - 0x4000_0000) >>> 21));

export interface Case {
  readonly name: string;
  readonly at: Place;
  readonly el: 0 | 1;
  /** Code, which ends in an exception. */
  readonly source: string;
  /** Code elsewhere, whose address is in X0. */
  readonly target?: { readonly at: Place; readonly source: string };
  readonly sctlr?: bigint;
  /** Bits of SCTLR_EL1 that are clear. */
  readonly sctlrClear?: bigint;
  readonly tcr?: bigint;
  readonly pstate?: bigint;
  readonly x?: readonly (bigint | number)[];
}

/** What the handler of the exception that ended a case saw. */
export interface Outcome {
  readonly vector: number;
  readonly esr: string;
  readonly far: string;
  readonly spsr: string;
  readonly elr: string;
  readonly x: readonly string[];
  /** PAN, UAO, DIT and SSBS of the handler. */
  readonly pstate: string;
}

const VALID_BLOCK = 1n;
const NORMAL = (1n << 2n) | (3n << 8n);
const AF = 1n << 10n;
const EL0 = 1n << 6n;
const READ_ONLY = 1n << 7n;
const GUARDED = 1n << 50n;
const DBM = 1n << 51n;
const PXN = 1n << 53n;
const UXN = 1n << 54n;

/** A table of level 1, and one of level 2 of which each entry maps 2 MiB at its own address. */
function tables(): BigUint64Array {
  const words = new BigUint64Array(1024);
  words[0] = 0n | AF | VALID_BLOCK | PXN | UXN;
  words[1] = BigInt(TABLES + 0x1000) | 3n;
  const rights = new Map<number, bigint>([
    [PLACES.kernel, UXN],
    [PLACES.guarded, EL0 | READ_ONLY | GUARDED],
    [PLACES.open, EL0 | READ_ONLY],
    [USER_DATA, EL0 | UXN | PXN],
    [CLEAN_DATA, EL0 | READ_ONLY | DBM | UXN | PXN],
    [NEW_DATA, EL0 | UXN | PXN],
  ]);
  for (let index = 0; index < 32; index++) {
    const address = 0x4000_0000 + index * 0x20_0000;
    const flag = address === NEW_DATA ? 0n : AF;
    words[512 + index] = BigInt(address) | VALID_BLOCK | NORMAL | flag | (rights.get(address) ?? UXN);
  }
  return words;
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

function slotOf(place: Place, index: number): number {
  return PLACES[place] + 0x1000 + index * SLOT;
}

/** The cases as an image that both load at one address. */
export class Cases {
  private readonly cases: readonly Case[];
  private readonly folder = mkdtempSync(join(tmpdir(), 'armature-extensions-'));
  private readonly image: Buffer;

  constructor(cases: readonly Case[]) {
    this.cases = cases;
    this.image = this.build();
    writeFileSync(this.path('image.bin'), this.image);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  runQemu(model: string): Outcome[] {
    const loader = `loader,file=image.bin,addr=${IMAGE},cpu-num=0,force-raw=on`;
    const silence = ['-nic', 'none', '-display', 'none', '-serial', 'none', '-monitor', 'none'];
    this.execute('qemu-system-aarch64', [
      ...['-M', 'virt', '-cpu', model, '-m', '64', ...silence, '-semihosting', '-device', loader],
    ]);
    return this.outcomes(readFileSync(this.path('result.bin')));
  }

  async runOurs(model: 'max'): Promise<Outcome[]> {
    const machine = await createMachine()
      .use(cpu({ model }))
      .use(vmsav8())
      .use(aarch64Exceptions())
      .use(ram({ base: GiB(1), size: MiB(64) }))
      .build();
    machine.memory.write(IMAGE, this.image);
    const [state] = machine.cpuStates;
    state.pc = BigInt(IMAGE);
    const [engine] = machine.use('cpu').engines;
    // The end is the first HLT, which is UNDEFINED here: one exception more than there are cases.
    engine.run(200 * (this.cases.length + 10));
    return this.outcomes(Buffer.from(machine.memory.read(RESULTS, this.cases.length * RESULT_WORDS * 8)));
  }

  private build(): Buffer {
    const image = Buffer.alloc(TABLES + 0x2000 - IMAGE);
    this.execute('aarch64-linux-gnu-as', [
      ...['-march=armv8.5-a', '-o', 'run.o', join(import.meta.dirname, 'run-cases.S')],
    ]);
    this.execute('aarch64-linux-gnu-objcopy', ['-O', 'binary', '-j', '.text', 'run.o', 'run.bin']);
    readFileSync(this.path('run.bin')).copy(image);
    Buffer.from(tables().buffer).copy(image, TABLES - IMAGE);
    let at = CASES - IMAGE;
    const quad = (value: bigint | number): void => {
      at = image.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), at);
    };
    quad(this.cases.length);
    quad(TABLES);
    const place = (source: string, address: number): void => {
      const { bytes } = assemble(source, { origin: address });
      if (bytes.length > SLOT) throw new Error(`the code of a case takes ${bytes.length} bytes`);
      Buffer.from(bytes).copy(image, address - IMAGE);
    };
    for (const [index, one] of this.cases.entries()) {
      const entry = slotOf(one.at, index);
      place(one.source, entry);
      if (one.target !== undefined) place(one.target.source, slotOf(one.target.at, index));
      const target = one.target === undefined ? [] : [slotOf(one.target.at, index)];
      const x = [...target, ...(one.x ?? [])];
      quad((SCTLR.base & ~(one.sctlrClear ?? 0n)) | (one.sctlr ?? 0n));
      quad(TCR.base | (one.tcr ?? 0n));
      quad((one.el === 0 ? 0x3c0n : 0x3c5n) | (one.pstate ?? 0n));
      quad(entry);
      for (let register = 0; register < CASE_WORDS - 4; register++) quad(x[register] ?? 0);
    }
    return image;
  }

  private outcomes(results: Buffer): Outcome[] {
    return this.cases.map((_, index) => {
      const word = (n: number): bigint => results.readBigUInt64LE(8 * (index * RESULT_WORDS + n));
      return {
        vector: Number(word(0)),
        esr: hex(word(1)),
        far: hasAddress(word(1)) ? hex(word(2)) : '',
        spsr: hex(word(3)),
        elr: hex(word(4)),
        x: [5, 6, 7, 8].map((n) => hex(word(n))),
        pstate: hex(word(9)),
      };
    });
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private execute(program: string, args: readonly string[]): void {
    const options = { cwd: this.folder, encoding: 'utf8', input: '', timeout: 60_000 } as const;
    const result = spawnSync(program, args, options);
    if (result.status !== 0) throw new Error(`${program}: ${result.error?.message ?? result.stderr}`);
  }
}

/** Instruction and data aborts and PC alignment faults: the others leave FAR_EL1 alone. */
function hasAddress(esr: bigint): boolean {
  return [0x20, 0x21, 0x22, 0x24, 0x25].includes(Number(esr >> 26n));
}
