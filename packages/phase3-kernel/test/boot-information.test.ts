import { describe, expect, it } from 'vitest';
import { BEGIN_NODE, END, HEADER, NOP, Structure, text } from './device-tree.ts';
import { image } from './image.ts';
import { withDeviceTreePointer } from './qemu.ts';
import { engineNames, type RunOptions, runEverywhere } from './run-everywhere.ts';

const RAM = [0, 0x4000_0000, 0, 0x800_0000];
const AWAY = 0x4480_0000n;

const plain = (): Structure => new Structure().root().memory(RAM).end().word(END);
const edited = (field: number, value: number): Uint8Array =>
  plain().build({ edit: (view) => view.setUint32(field, value) });

/** Where the structure block's bytes are, for trees without reservations. */
const STRUCTURE = 56;

interface Case {
  readonly name: string;
  readonly tree?: Uint8Array;
  readonly pointer?: bigint;
  /** Where the tree is put, when not at the pointer. */
  readonly at?: bigint;
}

const refused: readonly (Case & { readonly reason: string })[] = [
  { name: 'a null pointer', pointer: 0n, reason: 'the device tree pointer is null' },
  { name: 'a misaligned pointer', pointer: AWAY + 4n, reason: 'the device tree is not aligned to 8 bytes' },
  {
    name: 'an address with nothing behind it',
    pointer: 0x7000_0000n,
    reason: 'the device tree cannot be read',
  },
  {
    name: 'a tree whose end has nothing behind it',
    tree: edited(HEADER.totalSize, 0x1000),
    pointer: 0x47ff_ff00n,
    reason: 'the device tree cannot be read',
  },
  {
    name: 'a bad magic number',
    tree: edited(HEADER.magic, 0xedfe0dd0),
    reason: 'the device tree has a bad magic number',
  },
  { name: 'zeros', tree: new Uint8Array(64), reason: 'the device tree has a bad magic number' },
  {
    name: 'a total size below a header',
    tree: edited(HEADER.totalSize, 39),
    reason: "the device tree's total size is too small",
  },
  {
    name: 'a total size over the limit',
    tree: edited(HEADER.totalSize, 0x20_0001),
    reason: "the device tree's total size is over 2 MiB",
  },
  {
    name: 'a tree that runs into the image',
    tree: edited(HEADER.totalSize, 0x2000),
    pointer: 0x4007_f000n,
    reason: 'the device tree overlaps the kernel image',
  },
  {
    name: 'version 16',
    tree: edited(HEADER.version, 16),
    reason: "the device tree's version is not supported",
  },
  {
    name: 'a version that is not backwards compatible',
    tree: edited(HEADER.lastCompatible, 18),
    reason: "the device tree's version is not supported",
  },
  ...(
    [
      ['a structure block beyond the end', HEADER.structureSize, 0x1000],
      ['a structure block offset near 4 GiB', HEADER.structure, 0xffff_fffc],
      ['a misaligned structure block', HEADER.structure, STRUCTURE + 2],
      ['a structure block inside the header', HEADER.structure, 8],
      ['a strings block beyond the end', HEADER.stringsSize, 0x1000],
      ['a strings block inside the header', HEADER.strings, 0],
      ['a misaligned reservation block', HEADER.reservations, 44],
      ['a reservation block inside the header', HEADER.reservations, 0],
    ] as const
  ).map(([name, field, value]) => ({
    name,
    tree: edited(field, value),
    reason: 'a device tree block lies outside its total size',
  })),
  {
    name: 'a reservation block beyond the end',
    tree: edited(HEADER.reservations, 0x1000),
    reason: "the device tree's reservation block does not end",
  },
  {
    name: 'a reservation block without an end',
    tree: plain().build({
      edit: (view) => {
        for (let offset = 40; offset < view.byteLength; offset += 4) view.setUint32(offset, 0x0101_0101);
        view.setUint32(HEADER.structure, 40);
        view.setUint32(HEADER.structureSize, 4);
      },
    }),
    reason: "the device tree's reservation block does not end",
  },
  {
    name: 'an empty structure block',
    tree: edited(HEADER.structureSize, 0),
    reason: "the device tree's structure block is truncated",
  },
  {
    name: 'no end token',
    tree: new Structure().root().memory(RAM).end().build(),
    reason: "the device tree's structure block is truncated",
  },
  {
    name: 'a node name without an end',
    tree: new Structure().word(BEGIN_NODE).raw(new Uint8Array(8).fill(0x61)).build(),
    reason: "the device tree's structure block is truncated",
  },
  {
    name: 'a property longer than the block',
    tree: new Structure().begin('').word(3).word(0xffff_ffff).word(0).word(END).build(),
    reason: "the device tree's structure block is truncated",
  },
  {
    name: 'a property header cut short',
    tree: new Structure().begin('').word(3).word(0).build(),
    reason: "the device tree's structure block is truncated",
  },
  {
    name: 'an unknown token',
    tree: new Structure().root().memory(RAM).word(5).end().word(END).build(),
    reason: 'the device tree has an unknown token',
  },
  {
    name: 'an end inside a node',
    tree: new Structure().root().memory(RAM).word(END).build(),
    reason: "the device tree's nodes are unbalanced",
  },
  {
    name: 'a node end too many',
    tree: new Structure().root().memory(RAM).end().end().word(END).build(),
    reason: "the device tree's nodes are unbalanced",
  },
  {
    name: 'a property outside any node',
    tree: new Structure().property('reg', RAM).word(END).build(),
    reason: "the device tree's nodes are unbalanced",
  },
  {
    name: 'nodes nested without end',
    tree: Array.from({ length: 40 })
      .reduce<Structure>((tree) => tree.begin('a'), new Structure())
      .build(),
    reason: "the device tree's nodes are nested too deeply",
  },
  {
    name: 'a property name outside the strings block',
    tree: new Structure().begin('').word(3).word(0).word(0x7fff_ffff).end().word(END).build(),
    reason: 'a device tree property name lies outside the strings block',
  },
  ...(
    [
      [[3], [2]],
      [[2], [0]],
      [[2, 2], [2]],
      [[2], text('abc').subarray(0, 3)],
    ] as const
  ).map(([address, size], index) => ({
    name: `root cells this machine cannot have (${index})`,
    tree: new Structure().root(address, size).memory(RAM).end().word(END).build(),
    reason: "the root's address or size cells are not supported",
  })),
  {
    name: 'a memory node without reg',
    tree: new Structure()
      .root()
      .begin('memory')
      .property('device_type', 'memory')
      .end()
      .end()
      .word(END)
      .build(),
    reason: "a memory node's reg property is malformed",
  },
  {
    name: 'a reg that is not whole entries',
    tree: new Structure().root().memory([0, 0x4000_0000, 0]).end().word(END).build(),
    reason: "a memory node's reg property is malformed",
  },
  {
    name: 'a bank beyond the address space',
    tree: new Structure().root().memory([0xffff_ffff, 0, 2, 0]).end().word(END).build(),
    reason: "a memory node's reg property is malformed",
  },
  {
    name: 'no memory node',
    tree: new Structure().root().begin('cpus').end().end().word(END).build(),
    reason: 'the device tree has no memory node',
  },
  {
    name: 'a node only named memory',
    tree: new Structure().root().begin('memory@40000000').property('reg', RAM).end().end().word(END).build(),
    reason: 'the device tree has no memory node',
  },
  {
    name: 'a disabled memory node',
    tree: new Structure()
      .root()
      .begin('memory')
      .property('status', 'disabled')
      .property('reg', RAM)
      .property('device_type', 'memory')
      .end()
      .end()
      .word(END)
      .build(),
    reason: 'the device tree has no memory node',
  },
  {
    name: 'a memory node deeper than the root',
    tree: new Structure().root().begin('soc').memory(RAM).end().end().word(END).build(),
    reason: 'the device tree has no memory node',
  },
  {
    name: 'empty banks only',
    tree: new Structure().root().memory([0, 0x4000_0000, 0, 0]).end().word(END).build(),
    reason: 'the device tree has no memory node',
  },
  {
    name: 'memory that starts behind the image',
    tree: new Structure().root().memory([0, 0x4010_0000, 0, 0x800_0000]).end().word(END).build(),
    reason: 'no memory node covers the kernel image',
  },
  {
    name: 'memory that ends inside the pool',
    tree: new Structure().root().memory([0, 0x4000_0000, 0, 0xff_f000]).end().word(END).build(),
    reason: 'no memory node covers the managed 16 MiB',
  },
  {
    name: 'memory that ends inside the region',
    tree: new Structure().root().memory([0, 0x4000_0000, 0, 0x7ff_f000]).end().word(END).build(),
    reason: 'no memory node covers the 128 MiB region',
  },
  {
    name: 'boot arguments that are not a string',
    tree: new Structure()
      .root()
      .memory(RAM)
      .begin('chosen')
      .property('bootargs', text('test').subarray(0, 4))
      .end()
      .end()
      .word(END)
      .build(),
    reason: 'the boot arguments are not a string',
  },
  {
    name: 'an unknown scenario',
    tree: new Structure()
      .root()
      .memory(RAM)
      .begin('chosen')
      .property('bootargs', 'quiet test=nothing')
      .end()
      .end()
      .word(END)
      .build(),
    reason: 'the boot arguments name an unknown test scenario',
  },
];

const accepted: readonly (Case & { readonly reserved: number })[] = [
  { name: 'the smallest tree', tree: plain().build(), reserved: 256 },
  {
    name: 'one cell for addresses and sizes',
    tree: new Structure().root([1], [1]).memory([0x4000_0000, 0x800_0000]).end().word(END).build(),
    reserved: 256,
  },
  {
    name: 'default cells (two and one)',
    tree: new Structure().begin('').memory([0, 0x4000_0000, 0x800_0000]).end().word(END).build(),
    reserved: 256,
  },
  {
    name: 'several banks, the right one last, between NOPs',
    tree: new Structure()
      .root()
      .word(NOP)
      .memory([0, 0, 0, 0x1000, 0x10, 0, 0, 0x1000])
      .word(NOP)
      .memory([0, 0, 0, 0, ...RAM], 'memory@1')
      .end()
      .word(NOP)
      .word(END)
      .build(),
    reserved: 256,
  },
  {
    name: 'a tree inside the pool, which is then reserved',
    tree: plain().build(),
    pointer: 0x4080_0000n,
    reserved: 257,
  },
  {
    name: 'a tree across two pages of the pool',
    tree: plain().build(),
    pointer: 0x4080_0fc0n,
    reserved: 258,
  },
  {
    name: 'a reservation that straddles the end of the pool',
    tree: plain().build({ reservations: [[0x40ff_e800n, 0x4000n]] }),
    reserved: 258,
  },
  {
    name: 'reservations that overlap what is reserved, lie elsewhere, or wrap',
    tree: plain().build({
      reservations: [
        [0x4008_0000n, 0x1000n],
        [0x1000n, 0x1000n],
        [0x40ff_f000n, 0xffff_ffff_ffff_f000n],
        [0x40ff_f000n, 0x1000n],
      ],
    }),
    reserved: 257,
  },
];

/** Puts the case's tree into RAM and enters the kernel with a pointer to it. */
function run({ tree, pointer = AWAY, at = pointer }: Case, options: RunOptions): Promise<string> {
  const blobs = tree === undefined ? [] : [{ address: at, bytes: tree }];
  return runEverywhere(withDeviceTreePointer(image(), pointer), options, blobs);
}

/** Numbers from a seed (xorshift32): the same trees in every run. */
function* random(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

/** A tree with some words spoiled, but not its magic number and size. */
function spoiled(seed: number): Uint8Array {
  const numbers = random(seed);
  const tree = new Structure()
    .root()
    .begin('chosen')
    .property('bootargs', 'quiet')
    .end()
    .begin('soc')
    .property('ranges', [])
    .begin('uart@9000000')
    .property('reg', [0, 0x900_0000, 0, 0x1000])
    .end()
    .end()
    .memory(RAM)
    .end()
    .word(END);
  return tree.build({
    edit: (view) => {
      const size = view.byteLength;
      for (let count = 1 + (numbers.next().value % 3); count > 0; count--) {
        const offset = 8 + (numbers.next().value % ((size - 8) >> 2)) * 4;
        const values = [0, 1, 2, 3, 4, 9, 5, 40, size - 4, size, 0x7fff_ffff, 0xffff_ffff, 0x4141_4141];
        view.setUint32(offset, values[numbers.next().value % values.length]!);
      }
    },
  });
}

describe.each(engineNames)('boot information, on Armature (engine %s) and on QEMU', (engine) => {
  it.each(refused)('refuses $name', async (each) => {
    expect((await run(each, { engine })).split('\n').slice(2)).toEqual([`BOOT REFUSED: ${each.reason}`, '']);
  });

  it.each(accepted)('accepts $name', async (each) => {
    const output = await run(each, { engine });
    expect(output).toContain(
      `[3] frame allocator: 4096 pages, ${each.reserved} reserved, ${4096 - each.reserved} free\n`,
    );
    expect(output).toMatch(/ 0 failed\nALL TESTS PASSED\n$/);
  });

  it.each(Array.from({ length: 16 }, (_, index) => index + 1))(
    'reads nothing behind a spoiled tree that ends where memory ends (seed %i)',
    async (seed) => {
      const tree = spoiled(seed);
      const output = await run(
        { name: '', tree, pointer: 0x4800_0000n - BigInt(tree.length) },
        { engine, memory: 128 * 2 ** 20 },
      );
      expect(output).toMatch(/^(BOOT REFUSED: .*|ALL TESTS PASSED)\n$/m);
      expect(output).not.toMatch(/PANIC|NESTED/);
    },
  );
});
