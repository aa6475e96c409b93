import type { MappingAttributes } from '@armature/core';
import { assemble } from '@armature/isa';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  bareMachine,
  CODE,
  DATA,
  KERNEL,
  RAM,
  READ_ONLY,
  SCTLR,
  STACK,
  UNMAPPED,
  USER,
  USER_CODE,
  VECTORS,
} from './bare-machine.ts';

const machine = await bareMachine();
const { cpu, engine, memory } = machine;

const PAGE = UNMAPPED;
const WRITE = 1 << 6;
const PERMISSION_3 = 0x0f;
const TRANSLATION_3 = 0x07;
const ASID = (asid: number): bigint => BigInt(asid) << 48n;

/** Changes the tables alone, as a guest's stores to them would: no CPU is told. */
function changeTables(change: () => void): void {
  const { invalidatePage, invalidateAll } = machine.translation;
  machine.translation.invalidatePage = () => undefined;
  machine.translation.invalidateAll = () => undefined;
  change();
  Object.assign(machine.translation, { invalidatePage, invalidateAll });
}

const remap = (pa: number, attributes: MappingAttributes = KERNEL): void =>
  changeTables(() => machine.map(PAGE, pa, 1, attributes));

beforeEach(() => {
  machine.reset();
  machine.map(PAGE, DATA, 1, KERNEL);
  memory.writeU64(DATA, 0xaaaan);
  memory.writeU64(DATA + 0x1000, 0xbbbbn);
});

describe('TLBI', () => {
  const ALL = 'tlbi vmalle1';
  const ONE = 'tlbi vae1, x9';
  const OPERATIONS = [ALL, ONE, 'tlbi vaae1, x9', 'tlbi vale1is, x9', 'tlbi aside1, x10', 'tlbi vmalle1is'];

  test.each(OPERATIONS)('%s makes a page that was mapped elsewhere read its new contents', (operation) => {
    const attributes = { ...KERNEL, global: false };
    machine.map(PAGE, DATA, 1, attributes);
    machine.load(`ldr x1, [x0]; ldr x2, [x0]; ${operation}; dsb sy; ldr x3, [x0]; b .`);
    machine.setX({ 0: PAGE, 9: PAGE >>> 12, 10: 0 });
    engine.run(1);
    remap(DATA + 0x1000, attributes);
    engine.run(4);
    expect([1, 2, 3].map((register) => machine.x(register))).toEqual([0xaaaan, 0xaaaan, 0xbbbbn]);
  });

  test.each([ALL, ONE])('%s makes a page that became read-only refuse stores', (operation) => {
    machine.load(`str x1, [x0]; ${operation}; ldr x2, [x0]; str x1, [x0]`);
    machine.setX({ 0: PAGE, 1: 5, 9: PAGE >>> 12 });
    engine.run(1);
    remap(DATA, READ_ONLY);
    expect(machine.untilException()).toMatchObject({
      iss: WRITE | PERMISSION_3,
      elr: BigInt(CODE + 12),
      far: BigInt(PAGE),
    });
    expect(machine.x(2)).toBe(5n);
  });

  test.each([ALL, ONE])(
    '%s makes a page that was unmapped fault, and one that was mapped again work',
    (operation) => {
      machine.load(`ldr x1, [x0]; ${operation}; ldr x1, [x0]`);
      machine.setX({ 0: PAGE, 9: PAGE >>> 12 });
      engine.run(1);
      changeTables(() => machine.tables.unmap(BigInt(PAGE), 1));
      const taken = machine.untilException();
      expect(taken).toMatchObject({ elr: BigInt(CODE + 8), far: BigInt(PAGE) });
      expect(taken.iss & 0x3c).toBe(TRANSLATION_3 & 0x3c);
      machine.map(PAGE, DATA, 1, KERNEL);
      cpu.pc = BigInt(CODE + 8);
      engine.run(1);
      expect(machine.x(1)).toBe(0xaaaan);
    },
  );

  test('by address leaves other pages alone and drops both levels of privilege', () => {
    machine.map(PAGE, DATA, 1, USER);
    machine.load(`ldr x1, [x0]; ldtr x2, [x0]; tlbi vae1, x9; ldtr x3, [x0]; ldr x4, [x0]`);
    machine.setX({ 0: PAGE, 9: PAGE >>> 12 });
    engine.run(2);
    remap(DATA + 0x1000, USER);
    engine.run(3);
    expect([1, 2, 3, 4].map((register) => machine.x(register))).toEqual([0xaaaan, 0xaaaan, 0xbbbbn, 0xbbbbn]);
  });

  test('by an address in a block drops all of the block', () => {
    const attributes = { ...KERNEL, execute: false };
    machine.tables.unmap(BigInt(PAGE), 1);
    const block = RAM.base;
    expect(machine.tables.map(BigInt(PAGE), block, 512, attributes, { blocks: true })).toBe('ok');
    memory.writeU64(block + 0x8_1000, 0xccccn);
    machine.load('ldr x1, [x0]; ldr x2, [x3]; tlbi vae1, x9; ldr x4, [x3]');
    machine.setX({ 0: PAGE + 0x4_0000, 3: PAGE + 0x8_1000, 9: PAGE >>> 12 });
    engine.run(2);
    expect([machine.x(1), machine.x(2)]).toEqual([0xaaaan, 0xccccn]);
    changeTables(() => machine.tables.unmap(BigInt(PAGE), 512));
    expect(machine.untilException()).toMatchObject({ elr: BigInt(CODE + 12) });
  });

  test.each([
    ['the page', 0],
    ['another page that is executed', 0x1000],
  ])('makes code of a page that was mapped elsewhere run anew: %s', (_, offset) => {
    machine.place('mov x1, 1; ret', DATA + offset);
    machine.place('mov x1, 2; ret', DATA + 0x8000 + offset);
    machine.map(PAGE + offset, DATA + offset, 1, KERNEL);
    machine.load('blr x0; mov x2, x1; blr x0; mov x3, x1; tlbi vae1, x9; isb; blr x0; b .');
    machine.setX({ 0: PAGE + offset, 9: (PAGE + offset) >>> 12 });
    engine.run(3);
    changeTables(() => machine.map(PAGE + offset, DATA + 0x8000 + offset, 1, KERNEL));
    engine.run(1 + 2 + 1 + 2 + 3);
    expect([1, 2, 3].map((register) => machine.x(register))).toEqual([2n, 1n, 1n]);
  });

  test('in the page that it unmaps makes the next instruction fault', () => {
    machine.place('nop; tlbi vmalle1; mov x1, 1', DATA);
    cpu.pc = BigInt(PAGE);
    engine.run(1);
    changeTables(() => machine.tables.unmap(BigInt(PAGE), 1));
    expect(machine.untilException()).toMatchObject({
      exceptionClass: 0x21,
      elr: BigInt(PAGE + 8),
      far: BigInt(PAGE + 8),
    });
    expect(machine.x(1)).toBe(0n);
  });
});

describe('a table builder on the host', () => {
  test('makes changes that take effect at once', () => {
    machine.load('1: ldr x1, [x0]; b 1b');
    machine.setX({ 0: PAGE });
    engine.run(100);
    machine.map(PAGE, DATA + 0x1000, 1, KERNEL);
    engine.run(2);
    expect(machine.x(1)).toBe(0xbbbbn);
  });
});

describe('address spaces', () => {
  /** A second set of tables, with the page elsewhere. */
  function otherTables(pa: number, attributes: MappingAttributes = { ...KERNEL, global: false }): number {
    const tables = machine.makeTables('low');
    expect(tables.map(BigInt(RAM.base), RAM.base, RAM.size / 4096, KERNEL)).toBe('ok');
    expect(tables.map(BigInt(PAGE), pa, 1, attributes)).toBe('ok');
    return tables.root;
  }

  test('are told apart by ASIDs without any TLBI', () => {
    machine.map(PAGE, DATA, 1, { ...KERNEL, global: false });
    const first = BigInt(machine.tables.root) | ASID(1);
    const second = BigInt(otherTables(DATA + 0x1000)) | ASID(2);
    const program = 'msr ttbr0_el1, x10; isb; ldr x1, [x0]; msr ttbr0_el1, x11; isb; ldr x2, [x0]';
    machine.load(`${program}; msr ttbr0_el1, x10; isb; ldr x3, [x0]; b .`);
    machine.setX({ 0: PAGE, 10: first, 11: second });
    engine.run(9);
    expect([1, 2, 3].map((register) => machine.x(register))).toEqual([0xaaaan, 0xbbbbn, 0xaaaan]);
  });

  test('have code of their own at one address', () => {
    machine.place('mov x1, 1; ret', DATA);
    machine.place('mov x1, 2; ret', DATA + 0x1000);
    machine.map(PAGE, DATA, 1, { ...KERNEL, global: false });
    const second = BigInt(otherTables(DATA + 0x1000)) | ASID(2);
    machine.load(
      `mov x20, 3; 1: msr ttbr0_el1, x10; isb; blr x0; add x2, x2, x1; msr ttbr0_el1, x11; isb; blr x0
       add x3, x3, x1; sub x20, x20, 1; cbnz x20, 1b; b .`,
    );
    machine.setX({ 0: PAGE, 10: BigInt(machine.tables.root) | ASID(1), 11: second });
    engine.run(1 + 3 * 14);
    expect([machine.x(2), machine.x(3)]).toEqual([3n, 6n]);
  });

  test('change with TTBR0_EL1 alone, too, after a TLBI', () => {
    const second = BigInt(otherTables(DATA + 0x1000));
    machine.load('ldr x1, [x0]; msr ttbr0_el1, x11; tlbi vmalle1; isb; ldr x2, [x0]; b .');
    machine.setX({ 0: PAGE, 11: second });
    engine.run(5);
    expect([machine.x(1), machine.x(2)]).toEqual([0xaaaan, 0xbbbbn]);
  });

  test('have a high half of their own', () => {
    const high = machine.makeTables('high');
    const base = 0xffff_0000_0000_0000n;
    high.map(base, DATA, 2, KERNEL);
    cpu.setSystem('TTBR1_EL1', BigInt(high.root));
    machine.translator.reset();
    machine.place('ldr x1, [x0, 0x18]; b .', DATA + 0x1008);
    memory.writeU64(DATA + 0x18, 0x1234n);
    machine.setX({ 0: base });
    cpu.pc = base + 0x1008n;
    engine.run(2);
    expect([machine.x(1), cpu.pc]).toEqual([0x1234n, base + 0x100cn]);
  });

  test('end at the end of a half: code that runs off the last page', () => {
    const high = machine.makeTables('high');
    high.map(0xffff_ffff_ffff_f000n, DATA, 1, KERNEL);
    cpu.setSystem('TTBR1_EL1', BigInt(high.root));
    machine.translator.reset();
    machine.place('nop; nop', DATA + 0xff8);
    cpu.pc = 0xffff_ffff_ffff_fff8n;
    expect(machine.untilException()).toMatchObject({ exceptionClass: 0x21, elr: 0n, far: 0n });
  });
});

describe('privilege', () => {
  beforeEach(() => {
    machine.map(CODE, CODE, 1, USER_CODE);
    machine.map(DATA, DATA, 1, USER);
    machine.level(0);
  });

  test('EL0 reads and writes its own pages and none of the kernel', () => {
    machine.load('str x1, [x0]; ldr x2, [x0]; ldr x3, [x4]');
    machine.setX({ 0: DATA, 1: 7, 4: STACK });
    expect(machine.untilException()).toMatchObject({
      vector: 0x400,
      exceptionClass: 0x24,
      iss: PERMISSION_3,
      far: BigInt(STACK),
    });
    expect(machine.taken().spsr & 0xfffn).toBe(0x3c0n);
    expect(machine.x(2)).toBe(7n);
  });

  test('EL0 executes none of the kernel, nor its own data', () => {
    for (const target of [CODE + 0x1000, DATA]) {
      machine.reset();
      machine.map(CODE, CODE, 1, USER_CODE);
      machine.map(DATA, DATA, 1, USER);
      machine.level(0);
      machine.load('br x0');
      machine.setX({ 0: target });
      expect(machine.untilException()).toMatchObject({
        vector: 0x400,
        exceptionClass: 0x20,
        iss: PERMISSION_3,
        elr: BigInt(target),
        far: BigInt(target),
      });
    }
  });

  test('EL1 executes no code of EL0, though both hold it predecoded', () => {
    machine.load('nop; svc 0');
    machine.place('br x0', VECTORS + 0x400);
    machine.setX({ 0: CODE });
    engine.run(4);
    expect(machine.taken()).toMatchObject({ vector: 0x200, exceptionClass: 0x21, elr: BigInt(CODE) });
  });

  test('each level keeps what it cached through system calls', () => {
    machine.load('1: ldr x1, [x0]; add x2, x2, x1; svc 0; sub x3, x3, 1; cbnz x3, 1b; svc 1');
    machine.place('ldr x5, [x4]; add x6, x6, x5; str x6, [x0]; eret', VECTORS + 0x400);
    memory.writeU64(DATA, 1n);
    memory.writeU64(STACK, 2n);
    machine.setX({ 0: DATA, 3: 10, 4: STACK });
    // Ten turns of five instructions and four of the handler.
    engine.run(90);
    expect([machine.x(2), machine.x(6)]).toEqual([1n + 2n + 4n + 6n + 8n + 10n + 12n + 14n + 16n + 18n, 20n]);
    expect(cpu.exceptionLevel).toBe(0);
  });
});

describe('the MMU', () => {
  test('is turned on and off by the program in its own page', () => {
    machine.sctlr(0n);
    machine.load('ldr x1, [x0]; msr sctlr_el1, x2; isb; ldr x3, [x4]; msr sctlr_el1, x5; isb; ldr x6, [x0]');
    machine.setX({ 0: DATA, 2: SCTLR.M, 4: PAGE, 5: 0 });
    engine.run(7);
    expect([1, 3, 6].map((register) => machine.x(register))).toEqual([0xaaaan, 0xaaaan, 0xaaaan]);
  });

  test('makes the next instruction fault when it is turned on where nothing is mapped', () => {
    machine.sctlr(0n);
    machine.tables.unmap(BigInt(CODE), 1);
    machine.load('msr sctlr_el1, x2; mov x1, 1');
    machine.setX({ 2: SCTLR.M });
    expect(machine.untilException()).toMatchObject({ exceptionClass: 0x21, elr: BigInt(CODE + 4) });
  });

  test('translates nothing above the physical address size while it is off', () => {
    machine.sctlr(0n);
    machine.load('ldr x1, [x0]');
    machine.setX({ 0: 1n << 44n });
    expect(machine.untilException()).toMatchObject({ exceptionClass: 0x25, iss: 0, far: 1n << 44n });
  });
});

describe('AT', () => {
  test('leaves the translation in PAR_EL1', () => {
    machine.execute('at s1e1r, x0; mrs x1, par_el1; at s1e0w, x0; mrs x2, par_el1', { 0: PAGE + 0x123 });
    expect(machine.x(1) & 0xffff_ffff_f001n).toBe(BigInt(DATA));
    expect(machine.x(2) & 0x7fn).toBe((0x0fn << 1n) | 1n);
  });

  test('takes an external abort on its walk as a data abort', () => {
    cpu.setSystem('TTBR0_EL1', 0x2000_0000n);
    machine.sctlr(0n);
    machine.load('msr sctlr_el1, x1; at s1e1r, x0', CODE);
    machine.setX({ 0: 0x1234_5678 });
    engine.run(1);
    // With the MMU on, code of the high half: the low half has no tables that can be read.
    const high = machine.makeTables('high');
    const base = 0xffff_0000_0000_0000n;
    high.map(base, CODE, 1, KERNEL);
    cpu.setSystem('TTBR1_EL1', BigInt(high.root));
    cpu.setSystem('VBAR_EL1', base + 0x800n);
    memory.write(CODE + 0x800 + 0x200, assemble('b .').bytes);
    machine.sctlr(SCTLR.M);
    cpu.pc = base + 4n;
    engine.run(1);
    expect(machine.taken(0x200)).toMatchObject({
      exceptionClass: 0x25,
      iss: (1 << 8) | WRITE | 0x14,
      elr: base + 4n,
      far: 0x1234_5678n,
    });
  });
});

describe('tagged addresses', () => {
  const TBI0 = 1n << 37n;
  const TBI1 = 1n << 38n;
  const TAG = 0x5a00_0000_0000_0000n;

  const ignoreTags = (bits: bigint): void => {
    cpu.setSystem('TCR_EL1', cpu.system('TCR_EL1') | bits);
    machine.translator.reset();
  };

  test.each([
    ['br x0', 0n],
    ['ret x0', 0n],
    ['blr x0', BigInt(CODE + 4)],
  ])('of branches lose their tags where TCR_EL1.TBI0 says so: %s', (instruction, link) => {
    ignoreTags(TBI0);
    machine.place('adr x1, .; b 1f; 1: bl 2f; 2: b .', DATA);
    machine.load(instruction);
    machine.setX({ 0: TAG + BigInt(DATA) });
    engine.run(1);
    expect([cpu.pc, machine.x(30)]).toEqual([BigInt(DATA), link]);
    engine.run(3);
    expect([machine.x(1), machine.x(30), cpu.pc]).toEqual([
      BigInt(DATA),
      BigInt(DATA + 12),
      BigInt(DATA + 12),
    ]);
  });

  test('are lost before an exception or an interrupt is taken at the target', () => {
    ignoreTags(TBI0);
    machine.load('br x0');
    machine.setX({ 0: TAG + BigInt(UNMAPPED + 0x2000) });
    expect(machine.untilException()).toMatchObject({
      elr: BigInt(UNMAPPED + 0x2000),
      far: BigInt(UNMAPPED + 0x2000),
    });
    machine.load('msr DAIFClr, 2; br x0');
    engine.run(1);
    machine.interrupt('irq', true);
    cpu.pc = TAG + BigInt(DATA);
    engine.run(1);
    expect(cpu.system('ELR_EL1')).toBe(BigInt(DATA));
  });

  test('of the high half are extended with ones', () => {
    const high = machine.makeTables('high');
    const base = 0xffff_0000_0000_0000n;
    high.map(base, DATA, 1, KERNEL);
    cpu.setSystem('TTBR1_EL1', BigInt(high.root));
    ignoreTags(TBI1);
    machine.load('br x0');
    machine.setX({ 0: base ^ TAG });
    engine.run(1);
    expect(cpu.pc).toBe(base);
  });

  test.each([
    ['TBI0 is 0', TBI1],
    ['TBID0 is 1', TBI0 | (1n << 51n)],
  ])('of branches count where TCR_EL1.%s', (_, bits) => {
    ignoreTags(bits);
    machine.load('br x0');
    machine.setX({ 0: TAG + BigInt(DATA) });
    expect(machine.untilException()).toMatchObject({ exceptionClass: 0x21, elr: TAG + BigInt(DATA) });
  });

  test('fault where tags count', () => {
    ignoreTags(TBI1);
    machine.load('br x0');
    machine.setX({ 0: TAG + BigInt(DATA) });
    expect(machine.untilException()).toMatchObject({ exceptionClass: 0x21, elr: TAG + BigInt(DATA) });
    machine.load('ldr x1, [x0]');
    expect(machine.untilException()).toMatchObject({ exceptionClass: 0x25, far: TAG + BigInt(DATA) });
  });

  test('reach the same data under every tag, and are invalidated under every tag', () => {
    ignoreTags(TBI0);
    machine.load(
      `ldr x1, [x0]; ldr x2, [x3]; str x2, [x3, 8]; ldr x4, [x0, 8]; tlbi vae1, x9; ldr x5, [x0]; ldr x6, [x3]; b .`,
    );
    machine.setX({ 0: PAGE, 3: TAG + BigInt(PAGE), 9: PAGE >>> 12 });
    engine.run(4);
    remap(DATA + 0x1000);
    engine.run(3);
    expect([1, 2, 4, 5, 6].map((register) => machine.x(register))).toEqual([
      0xaaaan,
      0xaaaan,
      0xaaaan,
      0xbbbbn,
      0xbbbbn,
    ]);
  });
});
