import { beforeEach, describe, expect, test } from 'vitest';
import {
  bareMachine,
  CODE,
  DATA,
  DEVICE,
  KERNEL,
  RAM,
  READ_ONLY,
  ROM,
  SCTLR,
  STACK,
  UNMAPPED,
  USER,
  USER_CODE,
} from './bare-machine.ts';

const machine = await bareMachine();
const { cpu, engine, memory, device } = machine;

const DATA_ABORT = 0x25;
const DATA_ABORT_LOWER = 0x24;
const SP_ALIGNMENT = 0x26;
/** DFSC values. */
const TRANSLATION_2 = 0x06;
const PERMISSION_3 = 0x0f;
const EXTERNAL = 0x10;
const ALIGNMENT = 0x21;
const WRITE = 1 << 6;

/** The last page of RAM, after which nothing is mapped. */
const LAST_PAGE = RAM.base + RAM.size - 0x1000;
const AFTER = RAM.base + RAM.size;

const fill = (address: number, length: number): void =>
  memory.write(
    address,
    Uint8Array.from({ length }, (_, index) => index + 1),
  );
/** Little-endian value of the bytes that `fill` left at an offset. */
const filled = (offset: number, bytes: number): bigint =>
  Array.from({ length: bytes }, (_, index) => BigInt(offset + index + 1) << BigInt(8 * index)).reduce(
    (sum, part) => sum | part,
    0n,
  );

beforeEach(() => machine.reset());

describe('a fault', () => {
  const unmapped: [instruction: string, write: boolean, far: number][] = [
    ['ldr x1, [x0]', false, UNMAPPED],
    ['str x1, [x0]', true, UNMAPPED],
    ['ldr x1, [x0, 8]!', false, UNMAPPED + 8],
    ['ldr x1, [x0], 8', false, UNMAPPED],
    ['str x1, [x0, 8]!', true, UNMAPPED + 8],
    ['str x1, [x0], 8', true, UNMAPPED],
    ['ldrsb w1, [x0, 1]!', false, UNMAPPED + 1],
    ['ldp x1, x2, [x0, 16]!', false, UNMAPPED + 16],
    ['ldp x1, x2, [x0], 16', false, UNMAPPED],
    ['stp x1, x2, [x0, 16]!', true, UNMAPPED + 16],
    ['stp x1, x2, [x0], 16', true, UNMAPPED],
    ['ldpsw x1, x2, [x0], 8', false, UNMAPPED],
    ['ldxr x1, [x0]', false, UNMAPPED],
    ['ldaxp x1, x2, [x0]', false, UNMAPPED],
    ['ldar x1, [x0]', false, UNMAPPED],
    ['stlr x1, [x0]', true, UNMAPPED],
    ['dc zva, x0', true, UNMAPPED],
    ['ldr x0, [x0]', false, UNMAPPED],
    ['ldr x1, [x0, x3]', false, UNMAPPED + 24],
    ['ldr x1, [x0, w3, uxtw 3]', false, UNMAPPED + 192],
  ];

  test.each(unmapped)('of %s leaves every register as it was', (instruction, write, far) => {
    machine.load(`nop; ${instruction}; b .`);
    machine.setX({ 0: UNMAPPED, 1: 0x11, 2: 0x22, 3: 24 });
    const taken = machine.untilException();
    expect(taken).toMatchObject({
      vector: 0x200,
      exceptionClass: DATA_ABORT,
      elr: BigInt(CODE + 4),
      far: BigInt(far),
    });
    expect(taken.iss & 0x3f & ~3).toBe(TRANSLATION_2 & ~3);
    expect(taken.iss & WRITE).toBe(write ? WRITE : 0);
    expect([0, 1, 2, 3].map((register) => machine.x(register))).toEqual([
      BigInt(UNMAPPED),
      0x11n,
      0x22n,
      24n,
    ]);
  });

  test('of DC ZVA reports the address given, not that of the block', () => {
    machine.load('dc zva, x0');
    machine.setX({ 0: UNMAPPED + 0x55 });
    expect(machine.untilException().far).toBe(BigInt(UNMAPPED + 0x55));
  });

  test('is counted as an instruction and can be returned from', () => {
    machine.load('ldr x1, [x0]; mov x2, 2; b .');
    machine.place('mov x0, x20; eret', 0x4000_1200);
    machine.setX({ 0: UNMAPPED, 20: DATA });
    fill(DATA, 8);
    // The load, its handler, the load again, one more.
    expect(engine.run(5).instructions).toBe(5);
    expect([machine.x(1), machine.x(2)]).toEqual([filled(0, 8), 2n]);
  });

  test.each([
    ['ldp x1, x2, [x0]', false],
    ['ldp x1, x2, [x0], 16', false],
    ['ldp x2, x0, [x0]', false],
    ['ldpsw x1, x2, [x4]', false],
    ['stp x1, x2, [x0]', true],
    ['stp x1, x2, [x0, 0]!', true],
    ['stp w1, w2, [x4]', true],
  ])('of the second half of %s is at the second page', (instruction, write) => {
    machine.load(instruction);
    machine.setX({ 0: AFTER - 8, 1: 0x11, 2: 0x22, 4: AFTER - 4 });
    expect(machine.untilException()).toMatchObject({
      exceptionClass: DATA_ABORT,
      iss: (write ? WRITE : 0) | TRANSLATION_2,
      far: BigInt(AFTER),
      elr: BigInt(CODE),
    });
    expect([0, 1, 2].map((register) => machine.x(register))).toEqual([BigInt(AFTER - 8), 0x11n, 0x22n]);
  });

  test.each([
    ['ldr x1, [x0]', 4, false],
    ['ldrh w1, [x0]', 1, false],
    ['str x1, [x0]', 4, true],
    ['str w1, [x0]', 1, true],
    ['strh w1, [x0]', 1, true],
  ])('of %s across the end of a page writes nothing', (instruction, before, write) => {
    memory.fill(LAST_PAGE, 0x1000, 0xee);
    machine.load(instruction);
    machine.setX({ 0: AFTER - before, 1: 0x11 });
    expect(machine.untilException()).toMatchObject({
      iss: (write ? WRITE : 0) | TRANSLATION_2,
      far: BigInt(AFTER),
    });
    expect(machine.x(1)).toBe(0x11n);
    expect(memory.read(AFTER - 8, 8)).toEqual(new Uint8Array(8).fill(0xee));
  });

  test('of a store across pages names the page that may not be written', () => {
    machine.map(DATA + 0x1000, DATA + 0x1000, 1, READ_ONLY);
    memory.fill(DATA, 0x2000, 0xee);
    machine.load('str x1, [x0]');
    machine.setX({ 0: DATA + 0xffc, 1: 0x11 });
    expect(machine.untilException()).toMatchObject({
      iss: WRITE | PERMISSION_3,
      far: BigInt(DATA + 0x1000),
    });
    expect(memory.read(DATA + 0xff8, 16)).toEqual(new Uint8Array(16).fill(0xee));
  });

  test('of a load across pages whose first page is not mapped has the address itself', () => {
    machine.load('ldr x1, [x0]');
    machine.setX({ 0: RAM.base - 4 });
    expect(machine.untilException().far).toBe(BigInt(RAM.base - 4));
  });

  test.each([
    ['str w1, [x0]', 0],
    ['str w1, [x0, 4]!', 4],
  ])('of %s to ROM is an external abort', (instruction, offset) => {
    machine.map(ROM.base, ROM.base, 1, KERNEL);
    machine.load(`ldr w2, [x0]; ${instruction}`);
    machine.setX({ 0: ROM.base, 1: 0x11 });
    expect(machine.untilException()).toMatchObject({ iss: WRITE | EXTERNAL, far: BigInt(ROM.base + offset) });
    expect(machine.x(0)).toBe(BigInt(ROM.base));
    expect(memory.readU32(ROM.base)).toBe(0);
  });

  test.each([
    ['ldr w1, [x0]', false],
    ['str w1, [x0]', true],
    ['ldr x1, [x0]', false],
    ['str x1, [x0]', true],
  ])('of %s where nothing answers is an external abort', (instruction, write) => {
    device.refused.add(0x10).add(0x24);
    machine.load(instruction);
    machine.setX({ 0: instruction.includes('x1') ? DEVICE + 0x20 : DEVICE + 0x10, 1: 0x11 });
    expect(machine.untilException()).toMatchObject({ iss: (write ? WRITE : 0) | EXTERNAL });
    expect(machine.x(1)).toBe(0x11n);
  });
});

describe('an unaligned access to Normal memory', () => {
  const sizes: [load: string, store: string, bytes: number][] = [
    ['ldrh w1', 'strh w1', 2],
    ['ldr w1', 'str w1', 4],
    ['ldr x1', 'str x1', 8],
  ];

  test.each(sizes)('works within a page and across pages: %s and %s', (load, store, bytes) => {
    for (const offset of [1, 3, 5, 7, 0xfff - bytes, 0x1000 - bytes + 1, 0xfff]) {
      fill(DATA + offset, bytes);
      machine.load(`${load}, [x0]; ${store}, [x2]; b .`);
      machine.setX({ 0: DATA + offset, 1: 0, 2: DATA + 0x2000 + offset });
      engine.run(2);
      expect([offset, machine.x(1)]).toEqual([offset, filled(0, bytes)]);
      expect(memory.read(DATA + 0x2000 + offset, bytes)).toEqual(memory.read(DATA + offset, bytes));
      expect(memory.readU8(DATA + 0x2000 + offset - 1)).toBe(0);
      expect(memory.readU8(DATA + 0x2000 + offset + bytes)).toBe(0);
      memory.fill(DATA, 0x4000, 0);
    }
  });

  test.each([
    ['ldp x1, x2, [x0]', 8],
    ['ldp w1, w2, [x0]', 4],
  ])('works for %s at any distance from the end of a page', (instruction, bytes) => {
    for (let before = 1; before < 2 * bytes + 2; before++) {
      const address = DATA + 0x1000 - before;
      fill(address, 16);
      machine.execute(instruction, { 0: address });
      expect([machine.x(1), machine.x(2)]).toEqual([filled(0, bytes), filled(bytes, bytes)]);
      machine.execute(instruction.replace('ldp', 'stp'), { 0: address + 0x4000 });
      expect(memory.read(address + 0x4000, 2 * bytes)).toEqual(memory.read(address, 2 * bytes));
    }
  });

  test('joins pages that are neighbours in virtual memory only', () => {
    machine.map(UNMAPPED, DATA + 0x3000, 1, KERNEL);
    machine.map(UNMAPPED + 0x1000, DATA, 1, KERNEL);
    machine.execute('str x1, [x0]; ldr x2, [x0]', { 0: UNMAPPED + 0xffb, 1: 0x1122_3344_5566_7788n });
    expect(machine.x(2)).toBe(0x1122_3344_5566_7788n);
    expect(memory.read(DATA + 0x3ffb, 5)).toEqual(Uint8Array.of(0x88, 0x77, 0x66, 0x55, 0x44));
    expect(memory.read(DATA, 3)).toEqual(Uint8Array.of(0x33, 0x22, 0x11));
  });

  test.each([
    ['ldrsh w1, [x0]', 0xffff_8081n],
    ['ldrsh x1, [x0]', 0xffff_ffff_ffff_8081n],
    ['ldrsw x1, [x0]', 0xffff_ffff_8383_8081n],
    ['ldrsb w1, [x0]', 0xffff_ff81n],
    ['ldrsb x1, [x0]', 0xffff_ffff_ffff_ff81n],
    ['ldpsw x1, x2, [x0]', 0xffff_ffff_8383_8081n],
  ])('%s extends the sign also where it is made of two pages', (instruction, expected) => {
    for (const address of [DATA + 0xfff, DATA + 0x10, DATA + 0x11]) {
      memory.write(address, Uint8Array.of(0x81, 0x80, 0x83, 0x83, 0x84, 0x84, 0x84, 0x84));
      machine.execute(instruction, { 0: address });
      expect(machine.x(1)).toBe(expected);
    }
  });
});

describe('an alignment fault', () => {
  const checked = SCTLR.M | SCTLR.A;

  test.each(['ldr x1, [x0]', 'ldr w1, [x0]', 'ldrh w1, [x0]', 'ldp x1, x2, [x0]', 'ldp w1, w2, [x0]'])(
    'comes from SCTLR_EL1.A: %s',
    (instruction) => {
      machine.sctlr(checked);
      machine.load(instruction);
      machine.setX({ 0: DATA + 1, 1: 0x11 });
      expect(machine.untilException()).toMatchObject({
        exceptionClass: DATA_ABORT,
        iss: ALIGNMENT,
        far: BigInt(DATA + 1),
      });
      expect(machine.x(1)).toBe(0x11n);
    },
  );

  test('comes from SCTLR_EL1.A before a translation fault', () => {
    machine.sctlr(checked);
    machine.load('str w1, [x0, 2]!');
    machine.setX({ 0: UNMAPPED });
    expect(machine.untilException().iss).toBe(WRITE | ALIGNMENT);
  });

  test('does not come where SCTLR_EL1.A is set and the access is aligned, which fast paths take', () => {
    machine.sctlr(checked);
    fill(DATA, 16);
    const registers = { 0: DATA, 3: DATA + 0x100 };
    machine.execute('ldrb w1, [x0, 1]; ldrh w2, [x0, 2]; ldp w4, w5, [x0, 4]; str x4, [x3, 8]', registers);
    expect([1, 2, 4, 5].map((register) => machine.x(register))).toEqual([
      filled(1, 1),
      filled(2, 2),
      filled(4, 4),
      filled(8, 4),
    ]);
    expect(memory.readU64(DATA + 0x108)).toBe(filled(4, 4));
  });

  test('follows SCTLR_EL1.A as MSR changes it', () => {
    machine.load('ldr w1, [x0]; msr sctlr_el1, x2; ldr w1, [x0]');
    machine.setX({ 0: DATA + 1, 2: checked });
    expect(machine.untilException()).toMatchObject({ iss: ALIGNMENT, elr: BigInt(CODE + 8) });
    machine.load('msr sctlr_el1, x2; ldr w1, [x0]');
    machine.setX({ 2: SCTLR.M });
    engine.run(2);
    expect(cpu.pc).toBe(BigInt(CODE + 8));
  });

  test.each(['ldr w1, [x0]', 'str w1, [x0]', 'ldrh w1, [x0]', 'ldr x1, [x0]'])(
    'comes from Device memory: %s',
    (instruction) => {
      machine.load(`ldr w3, [x4]; ${instruction}`);
      machine.setX({ 0: DEVICE + 0x11, 4: DEVICE });
      expect(machine.untilException()).toMatchObject({
        iss: (instruction.startsWith('str') ? WRITE : 0) | ALIGNMENT,
        far: BigInt(DEVICE + 0x11),
      });
      expect(device.accesses).toHaveLength(1);
    },
  );

  test('comes from RAM mapped as Device memory, and for all data with the MMU off', () => {
    machine.map(UNMAPPED, DATA, 1, { ...KERNEL, execute: false, device: true });
    machine.load('str w1, [x0, 4]; ldr w2, [x0, 4]; ldr w3, [x0, 5]');
    machine.setX({ 0: UNMAPPED, 1: 0x1234 });
    expect(machine.untilException()).toMatchObject({ iss: ALIGNMENT, elr: BigInt(CODE + 8) });
    expect(machine.x(2)).toBe(0x1234n);
    machine.sctlr(0n);
    machine.load('ldr w2, [x0, 4]; ldr w3, [x0, 5]');
    machine.setX({ 0: DATA });
    expect(machine.untilException()).toMatchObject({ iss: ALIGNMENT, far: BigInt(DATA + 5) });
  });

  test('of an access that begins in Normal and ends in Device memory', () => {
    machine.map(UNMAPPED, DATA, 1, KERNEL);
    machine.map(UNMAPPED + 0x1000, DEVICE, 1, { ...KERNEL, execute: false, device: true });
    machine.load('ldr w1, [x0]');
    machine.setX({ 0: UNMAPPED + 0xffe });
    expect(machine.untilException().iss).toBe(ALIGNMENT);
    expect(device.accesses).toEqual([]);
  });

  test.each([
    ['ldxr x1, [x0]', 4, 0],
    ['ldxrh w1, [x0]', 1, 0],
    ['ldaxr w1, [x0]', 2, 0],
    ['ldar x1, [x0]', 4, 0],
    ['stlr w1, [x0]', 2, WRITE],
    ['stlrh w1, [x0]', 1, WRITE],
    ['ldxp w1, w2, [x0]', 4, 0],
    ['ldxp x1, x2, [x0]', 8, 0],
    ['ldaxp x1, x2, [x0]', 8, 0],
  ])('of %s does not depend on SCTLR_EL1.A', (instruction, offset, write) => {
    machine.load(instruction);
    machine.setX({ 0: DATA + offset, 1: 0x11 });
    expect(machine.untilException()).toMatchObject({
      iss: write | ALIGNMENT,
      far: BigInt(DATA + offset),
      elr: BigInt(CODE),
    });
    expect(machine.x(1)).toBe(0x11n);
  });

  test('of an exclusive comes before its translation fault', () => {
    machine.load('ldxr x1, [x0]');
    machine.setX({ 0: UNMAPPED + 4 });
    expect(machine.untilException().iss).toBe(ALIGNMENT);
  });
});

describe('a stack pointer alignment fault', () => {
  const accesses = [
    'ldr x1, [sp]',
    'str x1, [sp, 8]',
    'ldrb w1, [sp, 1]!',
    'str x1, [sp], 16',
    'ldp x1, x2, [sp]',
    'stp x1, x2, [sp, -16]!',
    'ldr x1, [sp, x3]',
    'ldur x1, [sp, 8]',
    'ldtr x1, [sp, 8]',
    'ldxr x1, [sp]',
    'stlr x1, [sp]',
    'ldnp x1, x2, [sp]',
  ];

  test.each(accesses)('comes at EL1 from SCTLR_EL1.SA: %s', (instruction) => {
    machine.load(instruction);
    cpu.sp = BigInt(STACK + 8);
    machine.setX({ 1: 0x11 });
    expect(machine.untilException()).toMatchObject({
      exceptionClass: SP_ALIGNMENT,
      iss: 0,
      elr: BigInt(CODE),
    });
    expect([machine.x(1), cpu.sp]).toEqual([0x11n, BigInt(STACK + 8)]);
  });

  test.each(accesses)('comes at EL0 from SCTLR_EL1.SA0: %s', (instruction) => {
    machine.map(CODE, CODE, 1, USER_CODE);
    machine.load(instruction);
    machine.level(0);
    cpu.sp = BigInt(STACK + 4);
    expect(machine.untilException()).toMatchObject({ vector: 0x400, exceptionClass: SP_ALIGNMENT });
    expect(cpu.system('SP_EL0')).toBe(BigInt(STACK + 4));
  });

  test.each([
    ['an aligned stack pointer', SCTLR.SA, 0],
    ['a stack pointer that nothing checks', 0n, 8],
    ['a stack pointer that EL0 alone checks', SCTLR.SA0, 8],
  ])('does not come from %s', (_, sctlr, offset) => {
    machine.sctlr(SCTLR.M | sctlr);
    machine.load('str x1, [sp, 8]; ldr x2, [sp, 8]; b .');
    cpu.sp = BigInt(STACK + offset);
    machine.setX({ 1: 0x1234 });
    engine.run(2);
    expect(machine.x(2)).toBe(0x1234n);
  });

  test('follows SCTLR_EL1.SA as MSR changes it', () => {
    machine.load('msr sctlr_el1, x0; ldr x1, [sp]; msr sctlr_el1, x2; ldr x1, [sp]');
    cpu.sp = BigInt(STACK + 8);
    machine.setX({ 0: SCTLR.M, 2: SCTLR.M | SCTLR.SA });
    expect(machine.untilException()).toMatchObject({ exceptionClass: SP_ALIGNMENT, elr: BigInt(CODE + 12) });
  });

  test('does not come from arithmetic, nor from a prefetch', () => {
    machine.load('add sp, sp, 3; prfm pldl1keep, [sp]; mov x1, sp; b .');
    engine.run(3);
    expect(machine.x(1)).toBe(BigInt(STACK + 3));
  });
});

describe('LDTR and STTR', () => {
  test.each([
    ['ldtr x1, [x0]', 'ldr x1, [x0]', 0],
    ['ldtrb w1, [x0]', 'ldrb w1, [x0]', 0],
    ['ldtrsw x1, [x0]', 'ldrsw x1, [x0]', 0],
    ['sttr x1, [x0]', 'str x1, [x0]', WRITE],
    ['sttrh w1, [x0]', 'strh w1, [x0]', WRITE],
  ])('%s at EL1 has the rights of EL0', (instruction, plain, write) => {
    machine.load(`${plain}; ${plain}; ${instruction}; b .`);
    machine.setX({ 0: DATA, 1: 0x11 });
    expect(machine.untilException()).toMatchObject({
      vector: 0x200,
      exceptionClass: DATA_ABORT,
      iss: write | PERMISSION_3,
      elr: BigInt(CODE + 8),
    });
    machine.reset();
    machine.map(DATA, DATA, 1, USER);
    fill(DATA, 8);
    machine.load(`${instruction}; ${instruction}; ${plain}; b .`);
    machine.setX({ 0: DATA, 1: 0x11 });
    engine.run(3);
    expect(cpu.pc).toBe(BigInt(CODE + 12));
  });

  test('do not lend their rights to other accesses, nor borrow theirs', () => {
    machine.map(DATA, DATA, 1, USER);
    machine.load('ldr x1, [x0]; ldtr x2, [x0]; ldr x1, [x3]; ldtr x2, [x3]');
    machine.setX({ 0: DATA, 3: DATA + 0x1000 });
    expect(machine.untilException().elr).toBe(BigInt(CODE + 12));
  });

  test('at EL0 are plain accesses', () => {
    machine.map(CODE, CODE, 1, USER_CODE);
    machine.map(DATA, DATA, 1, USER);
    fill(DATA, 8);
    machine.load('ldtr x1, [x0]; sttr x1, [x0, 8]; ldtr x2, [x3]');
    machine.setX({ 0: DATA, 3: DATA + 0x1000 });
    machine.level(0);
    expect(machine.untilException()).toMatchObject({
      exceptionClass: DATA_ABORT_LOWER,
      iss: PERMISSION_3,
      elr: BigInt(CODE + 8),
    });
    expect(memory.readU64(DATA + 8)).toBe(filled(0, 8));
  });
});

describe('device accesses', () => {
  test.each([
    ['ldrb w1, [x0]', [['read', 8, 1]]],
    ['ldrh w1, [x0]', [['read', 8, 2]]],
    ['ldr w1, [x0]', [['read', 8, 4]]],
    [
      'ldr x1, [x0]',
      [
        ['read', 8, 4],
        ['read', 12, 4],
      ],
    ],
    [
      'ldp w1, w2, [x0]',
      [
        ['read', 8, 4],
        ['read', 12, 4],
      ],
    ],
    ['strb w3, [x0]', [['write', 8, 1, 0x88]]],
    ['strh w3, [x0]', [['write', 8, 2, 0x7788]]],
    ['str w3, [x0]', [['write', 8, 4, 0xd566_7788]]],
    [
      'str x3, [x0]',
      [
        ['write', 8, 4, 0xd566_7788],
        ['write', 12, 4, 0x9122_3344],
      ],
    ],
    ['str wzr, [x0]', [['write', 8, 4, 0]]],
  ])('%s', (instruction, expected) => {
    machine.execute(instruction, { 0: DEVICE + 8, 3: 0x9122_3344_d566_7788n });
    const seen = device.accesses.map(({ kind, offset, size, value }) =>
      kind === 'read' ? [kind, offset, size] : [kind, offset, size, value],
    );
    expect(seen).toEqual(expected);
  });

  test('give unsigned and signed values', () => {
    device.values.set(0, 0xffff_fff0);
    machine.execute('ldr w1, [x0]; ldrsw x2, [x0]; ldr x3, [x0]', { 0: DEVICE });
    expect([1, 2, 3].map((register) => machine.x(register))).toEqual([
      0xffff_fff0n,
      0xffff_ffff_ffff_fff0n,
      0x4_ffff_fff0n,
    ]);
  });

  test('are made with the MMU off', () => {
    machine.sctlr(0n);
    machine.execute('str w1, [x0]; ldr w2, [x0, 4]', { 0: DEVICE, 1: 0x55 });
    expect(machine.x(2)).toBe(4n);
    expect(device.accesses).toHaveLength(2);
  });
});

test('prefetches never fault', () => {
  machine.execute(
    'prfm pldl1keep, [x0]; prfum pstl2strm, [x0, 1]; prfm pldl1keep, [x0, x1]; prfm plil1keep, .',
    {
      0: UNMAPPED,
      1: 3,
    },
  );
  expect(cpu.pc).toBe(BigInt(CODE + 16));
});

describe('DC ZVA', () => {
  test.each([0, 1, 0x3f])('zeroes the 64 bytes around an address, here at offset %i', (offset) => {
    memory.fill(DATA, 0x100, 0xee);
    machine.execute('dc zva, x0', { 0: DATA + 0x40 + offset });
    expect(memory.read(DATA + 0x40, 64)).toEqual(new Uint8Array(64));
    expect([memory.readU8(DATA + 0x3f), memory.readU8(DATA + 0x80)]).toEqual([0xee, 0xee]);
    expect(cpu.pc).toBe(BigInt(CODE + 4));
  });

  test('writes nothing that it may not', () => {
    machine.map(DATA, DATA, 1, READ_ONLY);
    memory.fill(DATA, 64, 0xee);
    machine.load('dc zva, x0');
    machine.setX({ 0: DATA + 5 });
    expect(machine.untilException()).toMatchObject({ iss: WRITE | PERMISSION_3, far: BigInt(DATA + 5) });
    expect(memory.read(DATA, 64)).toEqual(new Uint8Array(64).fill(0xee));
  });

  test.each([
    ['a device', DEVICE],
    ['RAM mapped as Device memory', UNMAPPED],
  ])('to %s is an alignment fault that touches nothing', (_, address) => {
    machine.map(UNMAPPED, DATA, 1, { ...KERNEL, execute: false, device: true });
    memory.fill(DATA, 64, 0xee);
    machine.load('dc zva, x0');
    machine.setX({ 0: address + 8 });
    expect(machine.untilException()).toMatchObject({ iss: WRITE | ALIGNMENT, far: BigInt(address + 8) });
    expect(device.accesses).toEqual([]);
    expect(memory.readU8(DATA)).toBe(0xee);
  });
});
