import { beforeEach, describe, expect, test } from 'vitest';
import { bareMachine, CODE, DATA, STACK } from './bare-machine.ts';

const machine = await bareMachine();
const { cpu, memory } = machine;

const ONES = 0xffff_ffff_ffff_ffffn;
const at = (index: number): bigint => BigInt(CODE + 4 * index);

beforeEach(() => machine.reset());

/** Every general register a value of its own. */
const distinct = (): Record<number, bigint> =>
  Object.fromEntries(Array.from({ length: 31 }, (_, n) => [n, 0x1111_0000_2222_0000n + BigInt(n)]));

describe('register 31 as zero', () => {
  test.each([
    ['add x0, xzr, x1', 0, 7n],
    ['sub x0, x1, xzr', 0, 7n],
    ['orr x0, xzr, x1', 0, 7n],
    ['and x0, x1, xzr', 0, 0n],
    ['mvn x0, xzr', 0, ONES],
    ['mvn w0, wzr', 0, 0xffff_ffffn],
    ['madd x0, x1, x1, xzr', 0, 49n],
    ['msub x0, x1, xzr, x1', 0, 7n],
    ['udiv x0, x1, xzr', 0, 0n],
    ['sdiv x0, xzr, x1', 0, 0n],
    ['csel x0, xzr, x1, al', 0, 0n],
    ['csinc x0, x1, xzr, nv', 0, 7n],
    ['csinc x0, x1, xzr, eq', 0, 1n],
    ['lslv x0, x1, xzr', 0, 7n],
    ['extr x0, xzr, x1, 1', 0, 3n],
    ['ubfx x0, xzr, 3, 4', 0, 0n],
    ['bfi x0, xzr, 0, 4', 0, 0x1111_0000_2222_0000n],
    ['clz x0, xzr', 0, 64n],
    ['cls w0, wzr', 0, 31n],
    ['rbit x0, xzr', 0, 0n],
    ['crc32x w0, w1, xzr', 0, undefined],
    ['adc x0, xzr, xzr', 0, 0n],
  ])('is a source: %s', (instruction, destination, expected) => {
    cpu.sp = 0x1234n;
    cpu.nzcv = 0;
    machine.execute(instruction, { ...distinct(), 1: 7 });
    if (expected !== undefined) expect(machine.x(destination)).toBe(expected);
    expect(cpu.sp).toBe(0x1234n);
  });

  test.each([
    'add xzr, x1, x2',
    'adds xzr, x1, x2',
    'adds xzr, x1, 1',
    'subs wzr, w1, w2, lsl 3',
    'subs xzr, x1, w2, uxtb',
    'subs xzr, sp, x2',
    'ands xzr, x1, x2',
    'ands xzr, x1, 0xff',
    'orr xzr, x1, x2',
    'movz xzr, 5',
    'movk xzr, 5',
    'movn xzr, 5',
    'bfi xzr, x1, 3, 4',
    'sbfx xzr, x1, 3, 4',
    'extr xzr, x1, x2, 3',
    'madd xzr, x1, x2, x3',
    'smulh xzr, x1, x2',
    'udiv xzr, x1, x2',
    'csel xzr, x1, x2, eq',
    'rev xzr, x1',
    'adr xzr, .',
    'adrp xzr, .',
    'ldr xzr, [x20]',
    'ldrb wzr, [x20, 1]',
    'ldp xzr, x30, [x20]',
    'ldrsw xzr, [x20]',
    'mrs xzr, midr_el1',
    'crc32b wzr, w1, w2',
    'ldxr wzr, [x20]',
  ])('is a destination that goes nowhere: %s', (instruction) => {
    machine.execute(instruction, { ...distinct(), 20: DATA, 30: 0 });
    const expected = Object.values({ ...distinct(), 20: BigInt(DATA), 30: 0n });
    expect(expected.map((_, register) => machine.x(register))).toEqual(expected);
    expect(cpu.sp).toBe(BigInt(STACK));
    machine.execute('mov x0, xzr; add x1, xzr, xzr', {});
    expect([machine.x(0), machine.x(1)]).toEqual([0n, 0n]);
  });

  test.each([
    ['str xzr, [x20]', 8],
    ['str wzr, [x20]', 4],
    ['strh wzr, [x20]', 2],
    ['stp xzr, xzr, [x20]', 16],
    ['stlr xzr, [x20]', 8],
  ])('is stored as zero: %s', (instruction, bytes) => {
    memory.fill(DATA, 32, 0xee);
    machine.execute(instruction, { 20: DATA });
    const expected = new Uint8Array(32).fill(0xee).fill(0, 0, bytes);
    expect(memory.read(DATA, 32)).toEqual(expected);
  });

  test.each([
    ['cbz xzr, 1f', true],
    ['cbnz wzr, 1f', false],
    ['tbz xzr, 63, 1f', true],
    ['tbnz wzr, 31, 1f', false],
  ])('decides branches: %s', (instruction, taken) => {
    machine.load(`${instruction}; nop; 1: nop`);
    machine.engine.run(1);
    expect(cpu.pc).toBe(at(taken ? 2 : 1));
  });

  test('is an index and a branch target', () => {
    memory.writeU64(DATA, 0x55n);
    machine.execute('ldr x0, [x20, xzr]; ldr x1, [x20, wzr, uxtw 3]', { 20: DATA });
    expect([machine.x(0), machine.x(1)]).toEqual([0x55n, 0x55n]);
    machine.load('br xzr');
    machine.engine.run(1);
    expect(cpu.pc).toBe(0n);
  });
});

describe('register 31 as the stack pointer', () => {
  test.each([
    ['add sp, sp, 16', BigInt(STACK + 16)],
    ['sub sp, sp, 16', BigInt(STACK - 16)],
    ['sub sp, sp, 1, lsl 12', BigInt(STACK - 4096)],
    ['add sp, x1, x2', 0x33n],
    ['add sp, x1, w2, uxtb 2', 0x11n + 0x88n],
    ['add wsp, w3, 1', 0n],
    ['mov sp, x1', 0x11n],
    ['and sp, x3, 0xff0', 0xff0n],
    ['orr sp, x1, 0x8000000000000000', 0x8000_0000_0000_0011n],
    ['eor wsp, w3, 0xff', 0xffff_ff00n],
  ])('is a destination: %s', (instruction, expected) => {
    machine.execute(instruction, { 1: 0x11, 2: 0x22, 3: 0xffff_ffff });
    expect(cpu.sp).toBe(expected);
  });

  test.each([
    ['mov x0, sp', BigInt(STACK)],
    ['add x0, sp, x1', BigInt(STACK + 0x11)],
    ['sub x0, sp, w1, sxtb', BigInt(STACK - 0x11)],
    ['adds x0, sp, 1', BigInt(STACK + 1)],
    ['sub w0, wsp, 1', BigInt(STACK - 1)],
  ])('is a source: %s', (instruction, expected) => {
    machine.execute(instruction, { 1: 0x11 });
    expect(machine.x(0)).toBe(expected);
  });

  test('is compared', () => {
    machine.execute('cmp sp, x1; cset x0, eq; cmp sp, 1; cset x2, hi', { 1: STACK });
    expect([machine.x(0), machine.x(2)]).toEqual([1n, 1n]);
  });

  test.each([
    ['str x1, [sp, -16]!', STACK - 16, STACK - 16],
    ['str x1, [sp], 32', STACK, STACK + 32],
    ['stp x1, x2, [sp, -32]!', STACK - 32, STACK - 32],
    ['stp x1, x2, [sp], 16', STACK, STACK + 16],
    ['str x1, [sp, 8]', STACK + 8, STACK],
    ['stur x1, [sp, -8]', STACK - 8, STACK],
    ['str x1, [sp, x3, lsl 3]', STACK + 24, STACK],
    ['stlr x1, [sp]', STACK, STACK],
  ])('is a base that is written back: %s', (instruction, address, left) => {
    machine.execute(instruction, { 1: 0x1111, 2: 0x2222, 3: 3 });
    expect([memory.readU64(address), cpu.sp]).toEqual([0x1111n, BigInt(left)]);
    expect(machine.x(30)).toBe(0n);
  });

  test('is the one that SPSel selects', () => {
    cpu.setSystem('SP_EL0', 0x5000n);
    machine.execute('msr SPSel, 0; add sp, sp, 16; mov x0, sp; msr SPSel, 1; mov x1, sp; mrs x2, sp_el0');
    expect([0, 1, 2].map((n) => machine.x(n))).toEqual([0x5010n, BigInt(STACK), 0x5010n]);
  });
});

describe('one register in several roles', () => {
  test.each([
    ['add x1, x1, x1', 14n],
    ['sub x1, x1, x1', 0n],
    ['madd x1, x1, x1, x1', 56n],
    ['eor x1, x1, x1, ror 1', 7n ^ (3n | (1n << 63n))],
    ['bfi x1, x1, 4, 4', 0x77n],
    ['extr x1, x1, x1, 1', 3n | (1n << 63n)],
    ['csinc x1, x1, x1, eq', 8n],
    ['sdiv x1, x1, x1', 1n],
    ['rbit x1, x1', 7n << 61n],
    ['movk x1, 1, lsl 16', 0x1_0007n],
    ['adcs x1, x1, x1', 14n],
    ['crc32b w1, w1, w1', 0n],
    ['lslv x1, x1, x1', 7n << 7n],
  ])('%s', (instruction, expected) => {
    cpu.nzcv = 0;
    machine.execute(instruction, { 1: 7 });
    expect(machine.x(1)).toBe(expected);
  });

  test('of loads: the base is the destination', () => {
    memory.writeU64(DATA, 0x1234n);
    memory.writeU64(DATA + 8, 0x5678n);
    machine.execute('ldr x1, [x1]; ldp x2, x3, [x3]; ldr x4, [x5, x4]', { 1: DATA, 3: DATA, 4: 8, 5: DATA });
    expect([1, 2, 3, 4].map((n) => machine.x(n))).toEqual([0x1234n, 0x1234n, 0x5678n, 0x5678n]);
  });

  test('of branches: BLR through the link register', () => {
    machine.load('blr x30; nop; nop; mov x0, x30; b .');
    machine.setX({ 30: at(3) });
    machine.engine.run(2);
    expect([machine.x(0), cpu.pc]).toEqual([at(1), at(4)]);
  });
});

describe('32-bit forms', () => {
  test.each([
    'add w0, w1, w2',
    'mov w0, w1',
    'orr w0, wzr, w1',
    'movk w0, 0',
    'bfi w0, w1, 0, 32',
    'csel w0, w1, w2, al',
    'ldr w0, [x20]',
    'ldrsb w0, [x20]',
    'lsr w0, w1, 31',
    'sdiv w0, w1, w2',
    'rev w0, w1',
    'madd w0, w1, w2, w3',
  ])('clear the upper half: %s', (instruction) => {
    memory.writeU32(DATA, 0xffff_ffff);
    machine.execute(instruction, { 0: ONES, 1: ONES, 2: ONES, 3: ONES, 20: DATA });
    expect(machine.x(0) >> 32n).toBe(0n);
  });

  test('of SDIV and UDIV do not trap on the smallest number', () => {
    machine.execute('sdiv w0, w1, w2; sdiv x3, x4, x5; udiv w6, w1, w2; sdiv w7, w1, wzr', {
      1: 0x8000_0000,
      2: 0xffff_ffff,
      4: 1n << 63n,
      5: ONES,
    });
    expect([0, 3, 6, 7].map((n) => machine.x(n))).toEqual([0x8000_0000n, 1n << 63n, 0n, 0n]);
  });
});

describe('flags', () => {
  const flags = (n: number): string =>
    ['N', 'Z', 'C', 'V'].filter((_, bit) => (n >>> (31 - bit)) & 1).join('') || '-';

  test.each([
    ['adds x0, x1, x2', ONES, 1n, 'ZC'],
    ['adds x0, x1, x2', 2n ** 63n - 1n, 1n, 'NV'],
    ['adds w0, w1, w2', 0x7fff_ffffn, 1n, 'NV'],
    ['adds w0, w1, w2', 0xffff_ffffn, 1n, 'ZC'],
    ['subs x0, x1, x2', 5n, 5n, 'ZC'],
    ['subs x0, x1, x2', 5n, 6n, 'N'],
    ['subs x0, x1, x2', 2n ** 63n, 1n, 'CV'],
    ['subs w0, w1, w2', 0x8000_0000n, 1n, 'CV'],
    ['subs w0, w1, w2', 0n, 0xffff_ffffn, '-'],
    ['ands x0, x1, x2', 2n ** 63n, ONES, 'N'],
    ['ands w0, w1, w2', 2n ** 63n, ONES, 'Z'],
    ['bics w0, w1, w2', 0xffff_ffffn, 0x7fff_ffffn, 'N'],
    ['ccmp x1, x2, 15, al', 1n, 2n, 'N'],
    ['ccmp x1, x2, 15, nv', 1n, 2n, 'N'],
    ['ccmn w1, 1, 0, al', 0xffff_ffffn, 0n, 'ZC'],
  ])('%s of %i and %i', (instruction, a, b, expected) => {
    cpu.nzcv = 0;
    machine.execute(instruction, { 1: a, 2: b });
    expect(flags(cpu.nzcv)).toBe(expected);
  });

  test.each(Array.from({ length: 16 }, (_, nzcv) => nzcv))(
    'of CCMP that does not compare are its own: %i',
    (nzcv) => {
      cpu.nzcv = 0x4000_0000;
      machine.execute(`ccmp x1, x1, ${nzcv}, ne`);
      expect((cpu.nzcv >>> 28) & 15).toBe(nzcv);
    },
  );

  test('with a carry in reach through every combination of ADCS and SBCS', () => {
    const values = [0n, 1n, 2n ** 63n - 1n, 2n ** 63n, ONES - 1n, ONES];
    for (const a of values) {
      for (const b of values) {
        for (const carry of [0n, 1n]) {
          for (const [name, operand] of [
            ['adcs', b],
            ['sbcs', ONES - b],
          ] as const) {
            cpu.nzcv = Number(carry) << 29;
            machine.execute(`${name} x0, x1, x2`, { 1: a, 2: b });
            const sum = a + operand + carry;
            const result = BigInt.asUintN(64, sum);
            const signed = BigInt.asIntN(64, a) + BigInt.asIntN(64, operand) + carry;
            const expected =
              (result >> 63n ? 'N' : '') +
              (result === 0n ? 'Z' : '') +
              (sum >> 64n ? 'C' : '') +
              (signed === BigInt.asIntN(64, result) ? '' : 'V');
            expect([name, a, b, carry, machine.x(0), flags(cpu.nzcv)]).toEqual([
              name,
              a,
              b,
              carry,
              result,
              expected || '-',
            ]);
          }
        }
      }
    }
  });

  test('decide each of the sixteen conditions', () => {
    for (let nzcv = 0; nzcv < 16; nzcv++) {
      const [n, z, c, v] = [8, 4, 2, 1].map((bit) => (nzcv & bit) !== 0);
      const holds = [z, c, n, v, c && !z, n === v, n === v && !z, true];
      const names = [
        'eq',
        'ne',
        'cs',
        'cc',
        'mi',
        'pl',
        'vs',
        'vc',
        'hi',
        'ls',
        'ge',
        'lt',
        'gt',
        'le',
        'al',
        'nv',
      ];
      names.forEach((name, cond) => {
        const expected = cond === 15 ? true : holds[cond >> 1] !== (cond % 2 === 1);
        cpu.nzcv = nzcv << 28;
        machine.load(`b.${name} 1f; nop; 1: csel x0, x1, x2, ${name}`);
        machine.setX({ 0: 0, 1: 1, 2: 2 });
        machine.engine.run(1);
        expect([name, nzcv, cpu.pc]).toEqual([name, nzcv, at(expected ? 2 : 1)]);
        cpu.pc = at(2);
        machine.engine.run(1);
        expect([name, nzcv, machine.x(0)]).toEqual([name, nzcv, expected ? 1n : 2n]);
      });
    }
  });
});

describe('CRC32 and CRC32C', () => {
  const bytes = new TextEncoder().encode('123456789');
  const word = (at: number, size: number): bigint =>
    bytes.slice(at, at + size).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

  test.each([
    ['crc32', 0xcbf4_3926n],
    ['crc32c', 0xe306_9283n],
  ])('%s of "123456789", in steps of each size', (name, check) => {
    const steps: [string, number][][] = [
      [
        ['x', 8],
        ['b', 1],
      ],
      [
        ['w', 4],
        ['w', 4],
        ['b', 1],
      ],
      [
        ['h', 2],
        ['h', 2],
        ['h', 2],
        ['h', 2],
        ['b', 1],
      ],
      new Array(9).fill(['b', 1]),
      [
        ['b', 1],
        ['x', 8],
      ],
      [
        ['b', 1],
        ['h', 2],
        ['w', 4],
        ['h', 2],
      ],
    ];
    for (const list of steps) {
      let crc = 0xffff_ffffn;
      let position = 0;
      for (const [suffix, size] of list) {
        const operand = suffix === 'x' ? 'x2' : 'w2';
        machine.execute(`${name}${suffix} w1, w1, ${operand}`, { 1: crc, 2: word(position, size) });
        crc = machine.x(1);
        position += size;
      }
      expect(crc ^ 0xffff_ffffn).toBe(check);
    }
  });

  test('look at no more than their bytes', () => {
    machine.execute('crc32b w0, w1, w2; crc32b w3, w1, w4; crc32h w5, w1, w2; crc32h w6, w1, w7', {
      1: 0x1234_5678_9abc_def0n,
      2: 0x1ffn,
      4: 0xffffn,
      7: 0xabcd_01ffn,
    });
    expect(machine.x(0)).toBe(machine.x(3));
    expect(machine.x(5)).toBe(machine.x(6));
  });
});
