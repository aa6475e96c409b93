import { assemble } from '@armature/isa';
import { boot, virt } from '@armature/machine';
import { expect, test } from 'vitest';
import { type SemihostingOptions, semihosting } from '../src/index.ts';

const ORIGIN = 0x4008_0000;
const RESULTS = 0x4100_0000;

/** Runs a program; gives the first results that it stored at RESULTS. */
async function run(source: string, options?: SemihostingOptions) {
  const board = virt({ memory: 32 * 2 ** 20 });
  const machine = await (options === undefined ? board : board.use(semihosting(options))).build();
  boot(machine, { image: assemble(source, { origin: ORIGIN }).bytes, loadAddress: ORIGIN });
  const { reason } = machine.runSync({ maxInstructions: 10_000 });
  const result = (index: number): bigint => BigInt.asIntN(64, machine.memory.readU64(RESULTS + 8 * index));
  return { machine, reason, result };
}

const call = (operation: number): string => `
  mov w0, #${operation}
  hlt #0xf000
  str x0, [x20], #8
`;
const BEGIN = 'mov x20, #0x41000000';
const OFF = 'movz w0, #8; movk w0, #0x8400, lsl #16; hvc #0';

test('execution goes on after the call, by the memory the guest sees', async () => {
  const text: string[] = [];
  const { reason, result } = await run(`${BEGIN}; adr x1, hello ${call(4)} ${OFF}; hello: .asciz "hello"`, {
    console: { write: (bytes) => text.push(new TextDecoder().decode(bytes)), read: () => 0 },
  });
  expect(text).toEqual(['hello']);
  expect(result(0)).toBe(0n);
  expect(reason).toBe('power-off');
});

test('pointers to devices, to nothing and to the end of RAM are errors', async () => {
  const program = [
    BEGIN,
    `mov x1, #0x09000000 ${call(4)}`,
    `mov x1, #-16 ${call(4)}`,
    `movz x1, #0xffff; movk x1, #0x41ff, lsl #16 ${call(0x30)}`,
    `mov x1, #0x0f000000 ${call(0x16)}`,
    call(0x13),
    OFF,
  ].join('\n');
  const { reason, result } = await run(program, {});
  expect([0, 1, 2, 3, 4].map(result)).toEqual([-1n, -1n, -1n, -1n, 14n]);
  expect(reason).toBe('power-off');
});

test('exit ends the run at once', async () => {
  const exits: number[] = [];
  const { machine, reason, result } = await run(
    `${BEGIN}; adr x1, block; mov w0, #0x18; hlt #0xf000; mov x2, #1; str x2, [x20]; b .
    .align 3
    block: .quad 0x20026, 300`,
    { onExit: (status) => exits.push(status) },
  );
  expect(reason).toBe('power-off');
  expect(exits).toEqual([44]);
  expect(result(0)).toBe(0n);
  expect(machine.toJSON().parts).toContainEqual({ part: 'semihosting' });
});

test('a call that changes code makes the new code run', async () => {
  const read = (into: Uint8Array): number => {
    // MOV X3, #7: the instruction at `patched` becomes this one.
    into.set([0xe3, 0x00, 0x80, 0xd2]);
    return 4;
  };
  const { result } = await run(
    `${BEGIN}
    mov x3, #0
    bl patched
    adr x1, open
    mov w0, #1
    hlt #0xf000
    adr x1, read
    str x0, [x1]
    adr x2, patched
    str x2, [x1, #8]
    mov w0, #6
    hlt #0xf000
    bl patched
    str x3, [x20]
    ${OFF}
    patched: nop
    ret
    .align 3
    open: .quad name, 0, 3
    read: .quad 0, 0, 4
    name: .asciz ":tt"`,
    { console: { write: () => {}, read } },
  );
  expect(result(0)).toBe(7n);
});

test('the heap is the upper half of RAM', async () => {
  const { machine } = await run(
    `${BEGIN}; adr x1, pointer; str x20, [x1] ${call(0x16)} ${OFF}; .align 3; pointer: .quad 0`,
    {},
  );
  // The result, 0, was stored over the heap's base.
  expect(machine.memory.readU64(RESULTS + 8)).toBe(0x4200_0000n);
  expect(machine.memory.readU64(RESULTS + 16)).toBe(0x4200_0000n);
  expect(machine.memory.readU64(RESULTS + 24)).toBe(0x4100_0000n);
});

test.each([
  ['without the part', 'hlt #0xf000', undefined],
  ['with another immediate', 'hlt #1', {}],
] as const)('%s HLT is UNDEFINED', async (_, instruction, options) => {
  const { reason } = await run(`mov w0, #0x13; ${instruction}; b .`, options);
  expect(reason).toBe('exception-loop');
});
