import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A pointer-authentication instruction, and what it works on. X0, X17 and X30 hold the pointer, X1 and X16 the modifier. */
export interface PointerCase {
  readonly word: number;
  readonly sctlr: bigint;
  readonly tcr: bigint;
  readonly pointer: bigint;
  readonly modifier: bigint;
  readonly sp: bigint;
  /** Low and high halves of the keys IA, IB, DA, DB and GA. */
  readonly keys: readonly bigint[];
}

/** X0, X17 and X30 afterwards. */
export type PointerResult = readonly [x0: bigint, x17: bigint, x30: bigint];

const RECORD = 160;
const RESULTS = 128;

/** Runs records one by one at EL1 with the MMU off; results are written into them. */
const PROBE = `
        .arch armv8.3-a
_start: adr x19, count
        ldr w20, [x19], #8
loop:   cbz w20, done
        ldr w1, [x19]
        adr x2, slot
        str w1, [x2]
        dc cvau, x2
        dsb sy
        ic ivau, x2
        dsb sy
        ldp x1, x2, [x19, #8]
        msr sctlr_el1, x1
        msr tcr_el1, x2
        ldp x1, x2, [x19, #48]
        msr apiakeylo_el1, x1
        msr apiakeyhi_el1, x2
        ldp x1, x2, [x19, #64]
        msr apibkeylo_el1, x1
        msr apibkeyhi_el1, x2
        ldp x1, x2, [x19, #80]
        msr apdakeylo_el1, x1
        msr apdakeyhi_el1, x2
        ldp x1, x2, [x19, #96]
        msr apdbkeylo_el1, x1
        msr apdbkeyhi_el1, x2
        ldp x1, x2, [x19, #112]
        msr apgakeylo_el1, x1
        msr apgakeyhi_el1, x2
        isb
        ldp x0, x1, [x19, #24]
        ldr x2, [x19, #40]
        mov sp, x2
        mov x17, x0
        mov x30, x0
        mov x16, x1
slot:   nop
        stp x0, x17, [x19, #128]
        str x30, [x19, #144]
        add x19, x19, #160
        sub w20, w20, #1
        b loop
done:   adr x1, open
        adr x0, name
        str x0, [x1]
        mov x0, #1              // SYS_OPEN
        hlt #0xf000
        adr x1, write
        adr x2, count
        ldr w3, [x2], #8
        mov x4, #160
        mul x3, x3, x4
        stp x0, x2, [x1]
        str x3, [x1, #16]
        mov x0, #5              // SYS_WRITE
        hlt #0xf000
        adr x1, exit
        mov x0, #0x18           // SYS_EXIT
        hlt #0xf000
        .balign 8
open:   .quad 0, 5, 10
write:  .quad 0, 0, 0
exit:   .quad 0x20026, 0
name:   .asciz "result.bin"
        .balign 16
count:
`;

const LOAD_ADDRESS = 0x4100_0000;

/** Runs cases on `qemu-system-aarch64 -cpu max` with the architecture's algorithm. */
export function runOnQemu(cases: readonly PointerCase[]): PointerResult[] {
  const folder = mkdtempSync(join(tmpdir(), 'armature-pointers-'));
  const path = (name: string): string => join(folder, name);
  const execute = (program: string, args: readonly string[]): void => {
    const result = spawnSync(program, args, { cwd: folder, encoding: 'utf8', input: '', timeout: 120_000 });
    if (result.status !== 0) throw new Error(`${program}: ${result.error?.message ?? result.stderr}`);
  };
  try {
    writeFileSync(path('probe.s'), PROBE);
    execute('aarch64-linux-gnu-as', ['-o', 'probe.o', 'probe.s']);
    execute('aarch64-linux-gnu-objcopy', ['-O', 'binary', '-j', '.text', 'probe.o', 'probe.bin']);
    const program = readFileSync(path('probe.bin'));
    const image = Buffer.alloc(program.length + 8 + RECORD * cases.length);
    program.copy(image);
    image.writeUInt32LE(cases.length, program.length);
    cases.forEach(({ word, sctlr, tcr, pointer, modifier, sp, keys }, index) => {
      const at = program.length + 8 + RECORD * index;
      image.writeUInt32LE(word, at);
      [sctlr, tcr, pointer, modifier, sp, ...keys].forEach((value, field) => {
        image.writeBigUInt64LE(value, at + 8 + 8 * field);
      });
    });
    writeFileSync(path('image.bin'), image);
    const loader = `loader,file=image.bin,addr=${LOAD_ADDRESS},cpu-num=0,force-raw=on`;
    const silence = ['-nic', 'none', '-display', 'none', '-serial', 'none', '-monitor', 'none'];
    const machine = ['-M', 'virt', '-cpu', 'max,pauth-impdef=off', '-m', '128'];
    execute('qemu-system-aarch64', [...machine, ...silence, '-semihosting', '-device', loader]);
    const result = readFileSync(path('result.bin'));
    return cases.map((_, index) => {
      const at = (field: number): bigint => result.readBigUInt64LE(RECORD * index + RESULTS + 8 * field);
      return [at(0), at(1), at(2)];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
