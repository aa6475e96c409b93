/** Two CPUs that send each other interrupts: the same program on QEMU and on Armature. */
import { describe, expect, test } from 'vitest';
import { type GicVersion, Guest, runOnArmature, runOnQemu } from './guest.ts';
import { qemuAvailable } from './qtest.ts';

/** What the program does differently on each controller. X28 is the distributor, X27 the CPU interface. */
const CODE = {
  2: {
    base: 'movz x28, #0x0800, lsl #16; movz x27, #0x0801, lsl #16',
    distributor: 'mov w0, #1; str w0, [x28]',
    cpu: 'mov w0, #0xf0; str w0, [x27, #4]; mov w0, #1; str w0, [x27]',
    identify: 'ldr w0, [x28, #0x800]',
    acknowledge: 'ldr w0, [x27, #0xc]',
    end: 'str w0, [x27, #0x10]',
    sgiTo: (cpu: number, intid: number) =>
      `movz w0, #${1 << cpu}, lsl #16; add w0, w0, #${intid}; str w0, [x28, #0xf00]`,
    routeTo1: 'mov w0, #2; add x1, x28, #0x800; strb w0, [x1, #40]',
  },
  3: {
    base: 'movz x28, #0x0800, lsl #16',
    distributor: 'mov w0, #3; str w0, [x28]; mov w0, #-1; str w0, [x28, #0x84]',
    cpu: `
      mrs x0, MPIDR_EL1
      and x0, x0, #0xff
      movz x1, #0x080a, lsl #16
      add x1, x1, x0, lsl #17
      str wzr, [x1, #0x14]
      add x1, x1, #0x10000
      mov w0, #-1
      str w0, [x1, #0x80]
      mov w0, #0xffff
      str w0, [x1, #0x100]
      mov x0, #0xf0
      msr S3_0_C4_C6_0, x0
      mov x0, #1
      msr S3_0_C12_C12_7, x0
      isb`,
    identify: 'sub x1, x1, #0x10000; ldr w0, [x1, #8]; and w0, w0, #0xfffff0',
    acknowledge: 'mrs x0, S3_0_C12_C12_0',
    end: 'msr S3_0_C12_C12_1, x0; isb',
    sgiTo: (cpu: number, intid: number) =>
      `movz x0, #${intid << 8}, lsl #16; add x0, x0, #${1 << cpu}; msr S3_0_C12_C11_5, x0; isb`,
    routeTo1: 'mov w0, #1; add x1, x28, #0x6000; str w0, [x1, #320]',
  },
} as const;

/** Interrupts that the second CPU takes before it stops. */
const ROUNDS = 4;

function program(version: GicVersion): Guest {
  const { base, distributor, cpu, acknowledge, end, sgiTo, routeTo1 } = CODE[version];
  const guest = new Guest();
  guest.code(`
    movz x26, #0x4040, lsl #16
    stp xzr, xzr, [x26]
    ${base}
    ${distributor}
    ${cpu}
    mov w0, #0x100
    str w0, [x28, #0x104]
    ${routeTo1}
    // The second CPU starts.
    movz x0, #0x0003
    movk x0, #0xc400, lsl #16
    mov x1, #1
    adr x2, second
    mov x3, #0
    hvc #0
  `);
  guest.show('CPU_ON');
  // X25 is how far the second CPU should have come.
  guest.code('mov x25, #1\nbl wait\nldr w0, [x26, #8]').show('what the second CPU reads');
  const exchange = (name: string, send: string): void => {
    guest.code(`${send}\nadd x25, x25, #1\nbl wait\nldr w0, [x26, #8]`).show(`${name} at the second CPU`);
    guest.code(`2: mrs x0, ISR_EL1\ncbz x0, 2b\n${acknowledge}`).show('its answer');
    guest.code(`${end}\nmrs x0, ISR_EL1`).show('nothing more');
  };
  for (let round = 0; round < ROUNDS - 1; round++) exchange('SGI', sgiTo(1, 5 + round));
  exchange('SPI', 'mov w0, #0x100; str w0, [x28, #0x204]');
  return guest;
}

const subroutines = (version: GicVersion): string => {
  const { base, cpu, identify, acknowledge, end, sgiTo } = CODE[version];
  return `
    b begin
  wait:
    ldr w0, [x26]
    cmp w0, w25
    b.ne wait
    ret
  second:
    movz x26, #0x4040, lsl #16
    ${base}
    ${cpu}
    ${identify}
    str w0, [x26, #8]
    dsb sy
    mov w25, #1
    str w25, [x26]
  3:mrs x0, ISR_EL1
    cbz x0, 3b
    ${acknowledge}
    str w0, [x26, #8]
    ${end}
    dsb sy
    add w25, w25, #1
    str w25, [x26]
    ${sgiTo(0, 2)}
    cmp w25, #${ROUNDS + 1}
    b.ne 3b
    b .
  `;
};

describe.skipIf(!qemuAvailable)('two CPUs, compared with QEMU', () => {
  test.each([2, 3] as const)('on a GICv%i', async (version) => {
    const guest = program(version);
    const image = guest.image(subroutines(version));
    const [ours, theirs] = await Promise.all([
      runOnArmature(image, version, 2),
      runOnQemu(image, version, 2),
    ]);
    const labelled = (lines: string[]) => lines.map((line, index) => `${guest.labels[index]}: ${line}`);
    expect(labelled(ours)).toEqual(labelled(theirs));
    expect(ours.length).toBe(guest.labels.length);
  });
});
