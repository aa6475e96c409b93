import { type Row, fields as rowFields, table } from '@armature/isa';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cpuModel } from '../src/models/index.ts';
import { bareMachine, CODE, DATA, IS_SLOW, RAM, STACK, VECTORS } from './bare-machine.ts';

const machine = await bareMachine();
const { cpu, engine, memory } = machine;

const LENGTH = 50;
/** The program is laid out again and again over these pages. */
const PAGES = 4;
/** Each program runs this many instructions; branches and handlers make it go round. */
const STEPS = 400;

/** Not here: what depends on the machine around the CPU, or only makes it wait. */
const LEFT_OUT = /^(MSR|MRS|SYSL?|WFI|WFE|HVC|SMC|ERET|DRPS|DCPS|HLT)/;
const { features } = cpuModel('cortex-a72');
const rows = table.filter(
  ({ id, status, feature }) => status === 'done' && features.has(feature) && !LEFT_OUT.test(id),
);

/** A word of a row: its own bits, and others that it does not reserve. */
function wordOf(row: Row, random: number): number | undefined {
  const word = (random & ~row.mask) | row.value;
  const fields = rowFields(row, word);
  return row.constraint?.reserved((name) => fields[name]) ? undefined : word;
}

const NOP = 0xd503_201f | 0;

/** Base registers are X0 to X7, which hold addresses; branches stay near. */
function tamed(row: Row, word: number): number {
  let result = word;
  for (const [name, keep] of [
    ['Rn', 0x7],
    ['imm26', 0x1f],
    ['imm19', 0x1f],
    ['imm14', 0x1f],
  ] as const) {
    const field = row.fields.get(name);
    if (field === undefined) continue;
    const value = (word >>> field.lo) & keep;
    result = (result & ~((2 ** field.width - 1) << field.lo)) | (value << field.lo);
  }
  return result;
}

const instruction = fc
  .record({
    row: fc.nat(rows.length - 1),
    bits: fc.integer(),
    tame: fc.integer({ min: 0, max: 9 }),
  })
  .map(({ row, bits, tame }) => {
    const word = wordOf(rows[row], bits);
    if (word === undefined) return NOP;
    return tame === 0 ? word : tamed(rows[row], word);
  });

const program = fc.record({
  words: fc.array(instruction, { minLength: LENGTH, maxLength: LENGTH }),
  registers: fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 31, maxLength: 31 }),
  offset: fc.nat(1023),
});

interface Program {
  readonly words: readonly number[];
  readonly registers: readonly bigint[];
  /** Where it is entered, in instructions from the start of the first page. */
  readonly offset: number;
}

/** Steps over what faults: to the instruction after it, or back to the start if that is out of reach. */
const HANDLER = `mrs x30, elr_el1; add x30, x30, 4; lsr x29, x30, 14; cmp x29, x28; b.ne 1f; tst x30, 3; b.eq 2f
  1: mov x30, x27; 2: msr elr_el1, x30; eret`;

let vectors: Uint8Array = new Uint8Array(0);

function start({ words, registers, offset }: Program): void {
  // All of memory, and the translations of before: programs reach far beyond their data, even the page tables.
  machine.reset();
  memory.fill(RAM.base, VECTORS - RAM.base, 0x5a);
  memory.write(VECTORS, vectors);
  memory.fill(CODE, RAM.base + (RAM.size / 8) * 7 - CODE, 0x5a);
  cpu.pstate = 0x3c5;
  cpu.nzcv = Number((registers[0] >> 32n) & 0xf000_0000n);
  cpu.clearExclusive();
  cpu.setSystem('CPACR_EL1', 3n << 20n);
  for (const name of ['FPCR', 'FPSR'] as const) cpu.setSystem(name, 0n);
  for (let register = 0; register < 32; register++) {
    cpu.setV(register, registers[register % 31], registers[(register + 7) % 31]);
  }
  for (const name of ['ESR_EL1', 'FAR_EL1', 'ELR_EL1', 'SPSR_EL1'] as const) cpu.setSystem(name, 0n);
  registers.forEach((value, register) => {
    // X0 to X7: near and across page ends of the data, unaligned at times, and of the program itself.
    const page = register < 7 ? DATA + 4096 * (register & 3) : CODE;
    cpu.setX(register, register < 8 ? BigInt(page + 4096) - (value & 0x3fn) : value);
  });
  cpu.setX(27, BigInt(CODE));
  cpu.setX(28, BigInt(CODE >>> 14));
  cpu.sp = BigInt(STACK);
  const image = Int32Array.from({ length: PAGES * 1024 }, (_, index) => words[index % words.length]);
  memory.write(CODE, new Uint8Array(image.buffer));
  cpu.pc = BigInt(CODE + 4 * offset);
}

function outcome(one: Program, slices: readonly number[]): unknown {
  start(one);
  let total = 0;
  for (const slice of slices) total += engine.run(slice).instructions;
  return {
    total,
    x: Array.from({ length: 31 }, (_, register) => cpu.x(register)),
    pc: cpu.pc,
    sp: cpu.sp,
    pstate: cpu.pstate,
    nzcv: cpu.nzcv,
    v: Array.from({ length: 32 }, (_, register) => cpu.v(register)),
    system: machine.registers.snapshot(cpu),
    code: memory.read(CODE, PAGES * 4096),
    data: memory.read(DATA, 4 * 4096),
  };
}

test('random programs come to the same state in one run and step by step', () => {
  machine.reset();
  machine.place(HANDLER, VECTORS + 0x200);
  vectors = memory.read(VECTORS, CODE - VECTORS);
  fc.assert(
    fc.property(program, (one) => {
      const whole = outcome(one, [STEPS]);
      expect(outcome(one, new Array(STEPS).fill(1))).toEqual(whole);
      // Large budgets run in the form of the interpreter that counts at branches only.
      const long = outcome(one, [4 * STEPS + 1500]);
      expect(outcome(one, [STEPS, 3 * STEPS, 1000, 500])).toEqual(long);
    }),
    { seed: 8, numRuns: IS_SLOW ? 5 : 60 },
  );
});

test('the programs are made of nearly all instructions, and most do something', () => {
  expect(rows.length).toBeGreaterThan(150);
  const words = fc.sample(instruction, { seed: 8, numRuns: 2000 });
  expect(words.filter((word) => word === NOP).length).toBeLessThan(400);
});
