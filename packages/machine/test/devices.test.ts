/** Registers of the virt board's devices, as a guest sees them: on QEMU and on ours, access by access. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { flash } from '@armature/device-flash';
import { type DeviceTree, findByPhandle, getNode, parseFdt } from '@armature/fdt';
import { assemble } from '@armature/isa';
import { afterAll, describe, expect, test } from 'vitest';
import { virt } from '../src/boards/virt.ts';
import { boot } from '../src/boot/boot.ts';
import { load, read, type Step, transcript, values, write } from './device-transcript.ts';

const folder = mkdtempSync(join(tmpdir(), 'armature-devices-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FILE = 'opt/org.example/text';
const CONTENTS = 'a file of the firmware configuration';

async function qemu(image: Uint8Array): Promise<string[]> {
  const path = join(folder, 'image');
  writeFileSync(path, image);
  const machine = ['-M', 'virt', '-cpu', 'cortex-a72', '-smp', '2', '-nic', 'none', '-nographic'];
  const item = ['-fw_cfg', `name=${FILE},string=${CONTENTS}`];
  const run = promisify(execFile)('qemu-system-aarch64', [...machine, ...item, '-kernel', path], {
    encoding: 'latin1',
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  run.child.stdin?.end();
  return values((await run).stdout);
}

async function ours(image: Uint8Array): Promise<string[]> {
  const sent: number[] = [];
  const machine = await virt({ cpus: 2, onTransmit: (byte) => sent.push(byte) })
    .use(flash({ base: 0 }))
    .build();
  machine.use('firmware-configuration').setFile(FILE, new TextEncoder().encode(CONTENTS));
  boot(machine, { image });
  expect((await machine.run({ maxInstructions: 50_000_000 })).reason).toBe('power-off');
  return values(Buffer.from(sent).toString('latin1'));
}

const identification = (base: number): Step[] =>
  Array.from({ length: 8 }, (_, index) => read(base + 0xfe0 + 4 * index));

const RTC = 0x0901_0000;
const REAL_TIME_CLOCK: readonly Step[] = [
  ...identification(RTC),
  ...[0x04, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c, 0x20].map((offset) => read(RTC + offset)),
  write(RTC + 0x08, 0x1234_5678),
  read(RTC),
  read(RTC + 0x08),
  write(RTC + 0x10, 0xffff_ffff),
  read(RTC + 0x10),
  write(RTC + 0x0c, 0),
  read(RTC + 0x0c),
  write(RTC + 0x08, 0x7000_0000),
  write(RTC + 0x04, 0x7fff_ffff),
  read(RTC + 0x04),
  read(RTC + 0x14),
  write(RTC + 0x08, 0x7fff_ffff),
  read(RTC + 0x14),
  read(RTC + 0x18),
  write(RTC + 0x10, 0),
  read(RTC + 0x14),
  read(RTC + 0x18),
  write(RTC + 0x1c, 1),
  read(RTC + 0x14),
];

const GPIO = 0x0903_0000;
const PORT: readonly Step[] = [
  ...identification(GPIO),
  ...Array.from({ length: 10 }, (_, index) => read(GPIO + 0x400 + 4 * index)),
  read(GPIO + 0x3fc),
  ...[0x400, 0x404, 0x408, 0x40c, 0x410, 0x420].flatMap((offset) => [
    write(GPIO + offset, 0x1a5),
    read(GPIO + offset),
    write(GPIO + offset, 0),
    write(GPIO + 0x41c, 0xff),
  ]),
  read(GPIO + 0x414),
  write(GPIO + 0x400, 0xf0),
  write(GPIO + 0x3fc, 0xff),
  read(GPIO + 0x3fc),
  write(GPIO + 4 * 0x30, 0),
  read(GPIO + 0x3fc),
  read(GPIO + 4 * 0x81),
  read(GPIO),
  write(GPIO + 0x404, 0x0f),
  read(GPIO + 0x414),
  read(GPIO + 0x418),
  write(GPIO + 0x410, 0x05),
  read(GPIO + 0x418),
  write(GPIO + 0x41c, 0xff),
  read(GPIO + 0x414),
];

const CONFIGURATION = 0x0902_0000;
const DESCRIPTOR = 0x4100_0000;
const BUFFER = 0x4100_1000;
const swap = (word: number): number => {
  const bytes = new DataView(new ArrayBuffer(4));
  bytes.setUint32(0, word);
  return bytes.getUint32(0, true);
};
const select = (key: number): Step => write(CONFIGURATION + 8, ((key & 0xff) << 8) | (key >> 8), 2);
/** Runs a transfer and prints its control field. */
const transfer = (control: number, length: number, address: number): Step =>
  [
    write(DESCRIPTOR, swap(control)),
    write(DESCRIPTOR + 4, swap(length)),
    write(DESCRIPTOR + 8, swap(Math.floor(address / 2 ** 32))),
    write(DESCRIPTOR + 12, swap(address % 2 ** 32)),
    write(CONFIGURATION + 0x10, 0),
    write(CONFIGURATION + 0x14, swap(DESCRIPTOR)),
    read(DESCRIPTOR),
  ].join('');
const FIRMWARE_CONFIGURATION: readonly Step[] = [
  ...[0, 1, 2, 5, 0x1234, 0x4000].flatMap((key) => [
    select(key),
    ...[1, 2, 4, 8].map((size) => read(CONFIGURATION, size as 1 | 2 | 4 | 8)),
  ]),
  read(CONFIGURATION + 0x10),
  read(CONFIGURATION + 0x14),
  read(CONFIGURATION + 0x10, 8),
  // What the registers do not take.
  read(CONFIGURATION + 1, 1),
  read(CONFIGURATION + 8, 2),
  read(CONFIGURATION + 0xc),
  write(CONFIGURATION + 8, 0, 4),
  write(CONFIGURATION + 8, 0, 1),
  write(CONFIGURATION + 0x10, 0, 2),
  write(CONFIGURATION, 7, 1),
  // Transfers: good ones, then hostile ones.
  transfer(0x0000_000a, 6, BUFFER),
  read(BUFFER, 8),
  transfer(0x0001_0008, 0, 0),
  transfer(4, 1, 0),
  read(CONFIGURATION, 2),
  transfer(0x0000_0008 | 16, 4, BUFFER),
  transfer(0x1234_000a, 4, BUFFER),
  read(BUFFER),
  transfer(0x0000_000a, 4, 0x3f00_0000_0000),
  transfer(0x0000_000a, 4, 0xff00_0000_0000_0000),
  write(CONFIGURATION + 0x14, swap(0x0900_8000)),
  read(CONFIGURATION, 2),
];

/** Finds a file in the directory, prints its size, and its contents by DMA and by the data register. */
const FIND_FILE: Step = `
  ${load('x5', CONFIGURATION)}
  mov w1, #0x1900
  strh w1, [x5, #8]
  ldr w6, [x5]
  rev w6, w6
10:
  ldr w7, [x5]
  ldr w8, [x5]
  ${load('x9', BUFFER)}
  mov w10, #14
11:
  ldr w11, [x5]
  str w11, [x9], #4
  subs w10, w10, #1
  b.ne 11b
  ${load('x9', BUFFER)}
  adr x12, wanted
12:
  ldrb w10, [x9], #1
  ldrb w11, [x12], #1
  cmp w10, w11
  b.ne 13f
  cbnz w10, 12b
  b 14f
13:
  subs w6, w6, #1
  b.ne 10b
  b 19f
wanted:
  .asciz "${FILE}"
  .balign 4
14:
  rev w0, w7
  and w8, w8, #0xffff
  mov w21, w8
  bl show
  strh w21, [x5, #8]
  mov w22, #10
15:
  ldr w0, [x5]
  bl show
  subs w22, w22, #1
  b.ne 15b
19:
`;

const BANK = 0x0400_0000;
const SECTOR = 0x4_0000;
const both = (code: number): number => code * 0x1_0001;
const command = (offset: number, code: number): Step => write(BANK + offset, both(code));
const FLASH: readonly Step[] = [
  read(BANK),
  command(0x55 * 4, 0x98),
  ...Array.from({ length: 0x60 }, (_, index) => read(BANK + 4 * (0x10 + index))),
  read(BANK + 0x40, 2),
  read(BANK + 0x40, 1),
  command(0, 0xff),
  command(0, 0x90),
  ...[0, 4, 8, 12, SECTOR, SECTOR + 4].map((offset) => read(BANK + offset)),
  command(0, 0xff),
  command(0, 0x70),
  read(BANK),
  // Erase a block, program words and bytes of it, and a buffer.
  command(SECTOR, 0x20),
  read(BANK + SECTOR),
  command(SECTOR, 0xd0),
  read(BANK + SECTOR),
  command(0, 0xff),
  ...[SECTOR - 4, SECTOR, 2 * SECTOR - 4, 2 * SECTOR].map((offset) => read(BANK + offset)),
  command(SECTOR + 0x10, 0x40),
  write(BANK + SECTOR + 0x10, 0x1234_5678),
  read(BANK + SECTOR + 0x10),
  command(SECTOR + 0x14, 0x10),
  write(BANK + SECTOR + 0x15, 0x42, 1),
  command(0, 0xff),
  read(BANK + SECTOR + 0x10, 8),
  command(SECTOR + 0x100, 0xe8),
  read(BANK),
  command(SECTOR + 0x100, 2),
  ...[0, 4, 8].map((offset) => write(BANK + SECTOR + 0x100 + offset, 0x1111_1111 * (offset + 1))),
  read(BANK),
  command(SECTOR + 0x100, 0xd0),
  read(BANK),
  command(0, 0xff),
  ...[0xfc, 0x100, 0x104, 0x108, 0x10c].map((offset) => read(BANK + SECTOR + offset)),
  // Unlock, unknown commands, an erase that is not confirmed.
  command(0, 0x60),
  command(0, 0xd0),
  read(BANK),
  command(0, 0xf0),
  read(BANK + SECTOR + 0x10),
  command(0, 0x70),
  command(0, 0x33),
  read(BANK + SECTOR + 0x10),
];

/** Programs a function into the bank, calls it, replaces it, and calls it again. */
const words = (source: string): readonly number[] => [...assemble(source, { origin: 0 }).words];
const put = (offset: number, code: readonly number[]): Step[] => [
  command(offset, 0x20),
  command(offset, 0xd0),
  ...code.flatMap((word, index) => [
    command(offset + 4 * index, 0x40),
    write(BANK + offset + 4 * index, word),
  ]),
  command(offset, 0xff),
];
const call = (offset: number): Step =>
  `dsb sy\nic iallu\ndsb sy\nisb\n${load('x1', BANK + offset)}blr x1\nbl show\n`;
const EXECUTE: readonly Step[] = [
  ...put(0, words('movz x0, #7\nret')),
  call(0),
  call(0),
  ...put(SECTOR, words('movz x0, #11\nret')),
  call(SECTOR),
  call(0),
];
const ABORT = 'f'.repeat(16);
/** QEMU 7.2 would go on with the code it has translated. */
const REPLACE: readonly Step[] = [
  ...EXECUTE,
  ...put(0, words('movz x0, #9\nadr x1, .\nadd x0, x0, x1\nret')),
  call(0),
  command(0, 0x70),
  read(BANK),
  call(0),
  command(0, 0xff),
  call(0),
];

const PROGRAMS: Readonly<Record<string, readonly Step[]>> = {
  PL031: REAL_TIME_CLOCK,
  PL061: PORT,
  fw_cfg: FIRMWARE_CONFIGURATION,
  'a file of fw_cfg': [FIND_FILE],
  'flash commands': FLASH,
  'code in flash': EXECUTE,
};

test('code in flash is executed as it is now, and not while it is hidden', async () => {
  expect(await ours(transcript(REPLACE))).toEqual([
    '7',
    '7',
    'b',
    '7',
    '400000d',
    '800080',
    ABORT,
    '400000d',
  ]);
});

function hasQemu(): boolean {
  try {
    execFileSync('qemu-system-aarch64', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasQemu())('as under QEMU', () => {
  test.each(Object.entries(PROGRAMS))('%s', async (_, steps) => {
    const image = transcript(steps);
    const [theirs, found] = await Promise.all([qemu(image), ours(image)]);
    expect(found.length).toBeGreaterThan(1);
    expect(found).toEqual(theirs);
  });

  test('nodes of the device tree', async () => {
    const file = join(folder, 'tree');
    execFileSync('qemu-system-aarch64', ['-M', `virt,dumpdtb=${file}`, '-nic', 'none', '-nographic'], {
      stdio: 'ignore',
    });
    const theirs = parseFdt(readFileSync(file));
    const machine = await virt()
      .use(flash({ base: 0 }))
      .build();
    const found = parseFdt(machine.deviceTree());
    for (const path of NODES)
      expect([path, describeNode(found, path)]).toEqual([path, describeNode(theirs, path)]);
  });
});

const NODES = [
  '/apb-pclk',
  '/pl011@9000000',
  '/pl031@9010000',
  '/pl061@9030000',
  '/gpio-keys',
  '/gpio-keys/poweroff',
  '/fw-cfg@9020000',
  '/flash@0',
];

/** The properties of a node, with phandles as the names of the nodes they stand for. */
function describeNode(tree: DeviceTree, path: string): Record<string, unknown> {
  const { properties } = getNode(tree, path).node;
  return Object.fromEntries(
    [...properties]
      .filter(([name]) => name !== 'phandle')
      .map(([name, bytes]): [string, unknown] => {
        if (name !== 'clocks' && name !== 'gpios') return [name, [...bytes]];
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const words = Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index));
        return [
          name,
          words.map((word, index) =>
            name === 'gpios' && index > 0 ? word : findByPhandle(tree, word)?.node.name,
          ),
        ];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
