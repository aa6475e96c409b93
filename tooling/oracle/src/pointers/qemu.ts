import { readFileSync, writeFileSync } from 'node:fs';
import { assemble } from '@armature/isa';
import { BRK, PHYSICAL } from '../layout.ts';
import { execute, QEMU_SYSTEM, temporaryFolder } from '../tools.ts';
import { EL1H, KEY_NAMES, LANDING, type PointerDriver, RECORD, SLOT, VECTORS } from './record.ts';

const at = (field: keyof typeof RECORD): number => 8 * RECORD[field];

/** Runs records one by one at EL1 with the MMU off; results are written into them and leave by semihosting. */
function harnessSource(file: string): string {
  const keys = KEY_NAMES.map((name, index) => {
    const load = index % 2 === 0 ? `ldp x1, x2, [x19, #${at('keys') + 8 * index}]\n` : '';
    return `${load}msr ${name.toLowerCase()}, x${1 + (index % 2)}`;
  });
  return `
b start
.balign ${SLOT - PHYSICAL.harness}
slot:
nop
brk #0
start:
adr x0, vectors
msr vbar_el1, x0
movz x19, #${PHYSICAL.cases >>> 16}, lsl #16
ldr w20, [x19], #8
next:
cbz w20, finish
ldr w1, [x19]
adr x2, slot
str w1, [x2]
dc cvau, x2
dsb sy
ic ivau, x2
dsb sy
ldp x1, x2, [x19, #${at('sctlr')}]
msr sctlr_el1, x1
msr tcr_el1, x2
${keys.join('\n')}
isb
ldp x0, x1, [x19, #${at('pointer')}]
ldr x2, [x19, #${at('sp')}]
mov sp, x2
msr elr_el1, x0
msr far_el1, xzr
msr nzcv, xzr
movz x2, #${EL1H}
msr spsr_el1, x2
mov x17, x0
mov x30, x0
mov x16, x1
b slot
.balign ${VECTORS - PHYSICAL.harness}
vectors:
b caught
.balign 512
caught:
stp x0, x2, [x19, #${at('results')}]
stp x17, x30, [x19, #${at('results') + 16}]
mov x0, sp
mrs x1, elr_el1
stp x0, x1, [x19, #${at('results') + 32}]
mrs x0, esr_el1
mrs x1, far_el1
stp x0, x1, [x19, #${at('results') + 48}]
mrs x0, spsr_el1
str x0, [x19, #${at('results') + 64}]
add x19, x19, #${at('size')}
sub w20, w20, #1
b next
finish:
adr x1, open
adr x0, name
str x0, [x1]
movz x0, #1
hlt #0xf000
adr x1, write
movz x2, #${PHYSICAL.cases >>> 16}, lsl #16
ldr w3, [x2], #8
movz x4, #${at('size')}
mul x3, x3, x4
stp x0, x2, [x1]
str x3, [x1, #16]
movz x0, #5
hlt #0xf000
adr x1, exit
movz x0, #0x18
hlt #0xf000
.balign 8
open:
.quad 0
.quad 5
.quad ${file.length}
write:
.quad 0
.quad 0
.quad 0
exit:
.quad 0x20026
.quad 0
name:
.asciz "${file}"
`;
}

/** Runs cases on `qemu-system-aarch64 -cpu max` with QARMA5. Call `close` to remove its temporary files. */
export function pointerQemuDriver(): PointerDriver & { close(): void } {
  const { path, remove } = temporaryFolder();
  const results = path('results.bin');
  writeFileSync(path('harness.bin'), assemble(harnessSource(results), { origin: PHYSICAL.harness }).bytes);
  writeFileSync(path('landing.bin'), new Uint32Array(LANDING.size / 4).fill(BRK));
  const loaders = (
    [
      ['harness.bin', PHYSICAL.harness],
      ['landing.bin', LANDING.address],
      ['cases.bin', PHYSICAL.cases],
    ] as const
  ).flatMap(([name, address]) => ['-device', `loader,file=${path(name)},addr=${address},force-raw=on`]);
  const entry = ['-device', `loader,addr=${PHYSICAL.harness},cpu-num=0`];
  const machine = ['-M', 'virt', '-cpu', 'max,pauth-impdef=off', '-m', '256', '-nic', 'none', '-nographic'];
  return {
    run(records) {
      const count = records.length / RECORD.size;
      const image = new BigUint64Array(1 + records.length);
      image[0] = BigInt(count);
      image.set(records, 1);
      writeFileSync(path('cases.bin'), image);
      execute(QEMU_SYSTEM, [...machine, '-semihosting', ...loaders, ...entry], 60 + count / 500);
      const bytes = readFileSync(results);
      if (bytes.length !== records.byteLength) throw new Error(`QEMU returned ${bytes.length} bytes`);
      records.set(new BigUint64Array(new Uint8Array(bytes).buffer));
    },
    close: remove,
  };
}
