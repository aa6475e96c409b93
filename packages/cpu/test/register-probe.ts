import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MiB } from '@armature/core';
import { virt } from '@armature/machine';
import type { CpuModelName } from '../src/models/index.ts';

const TOOLS = ['qemu-system-aarch64', 'aarch64-linux-gnu-as', 'aarch64-linux-gnu-objcopy'];
export const available = TOOLS.every((tool) => spawnSync(tool, ['--version']).status === 0);

/** Runs steps one by one: each is an instruction, a level, and X0; its outcome is X0 and ESR_EL1, or 0. */
const PROBE = `
_start: adr x0, vectors
        msr vbar_el1, x0
        isb
        adr x19, count
        ldr w20, [x19], #8         // then whether there is no semihosting
loop:   cbz w20, done
        ldp w1, w2, [x19]
        adr x3, at_el1
        adr x4, at_el0
        cmp w2, #0
        csel x3, x3, x4, ne
        str w1, [x3]
        dc cvau, x3
        dsb sy
        ic ivau, x3
        dsb sy
        isb
        mov x21, #0
        ldr x0, [x19, #8]
        cbz w2, to_el0
at_el1: nop
        b next
to_el0: msr elr_el1, x3
        mov x4, #0x3c0
        msr spsr_el1, x4
        eret
at_el0: nop
        svc #0
next:   stp x0, x21, [x19], #16
        sub w20, w20, #1
        b loop
done:   adr x1, count
        ldr w1, [x1, #4]
        cbz w1, report
        wfi                     // the host reads memory
report: adr x1, open
        adr x0, name
        str x0, [x1]
        mov x0, #1              // SYS_OPEN
        hlt #0xf000
        adr x1, write
        adr x2, count
        ldr w3, [x2], #8
        lsl x3, x3, #4
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
        .balign 2048
vectors:
        .space 0x200
        mrs x21, esr_el1
        mrs x5, elr_el1
        add x5, x5, #4
        msr elr_el1, x5
        eret
        .balign 0x400
        mrs x6, esr_el1
        lsr x7, x6, #26
        cmp x7, #0x15
        csel x21, x21, x6, eq
        b next
        .balign 16
count:
`;

const LOAD_ADDRESS = 0x4100_0000;
/** RAM that operations on addresses may touch. */
export const SCRATCH = 0x4180_0000n;

export interface Step {
  readonly word: number;
  readonly el: 0 | 1;
  readonly value?: bigint;
}

/** What became of an MRS, MSR or SYS: `ok`, `undefined` or `trap`, and the value that MRS gave. */
export interface Outcome {
  readonly access: string;
  readonly value: bigint;
}

export const mrs = (key: number, el: 0 | 1 = 1): Step => ({ word: 0xd520_0000 + key * 32, el });
export const msr = (key: number, value: bigint, el: 0 | 1 = 1): Step => ({
  word: 0xd500_0000 + key * 32,
  el,
  value,
});

export class Probe {
  private readonly folder = mkdtempSync(join(tmpdir(), 'armature-registers-'));
  private readonly program: Buffer;

  constructor() {
    writeFileSync(this.path('probe.s'), PROBE);
    this.execute('aarch64-linux-gnu-as', ['-o', 'probe.o', 'probe.s']);
    this.execute('aarch64-linux-gnu-objcopy', ['-O', 'binary', '-j', '.text', 'probe.o', 'probe.bin']);
    this.program = readFileSync(this.path('probe.bin'));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  run(model: string, steps: readonly Step[]): Outcome[] {
    writeFileSync(this.path('image.bin'), this.image(steps));
    const loader = `loader,file=image.bin,addr=${LOAD_ADDRESS},cpu-num=0,force-raw=on`;
    const silence = ['-nic', 'none', '-display', 'none', '-serial', 'none', '-monitor', 'none'];
    this.execute('qemu-system-aarch64', [
      ...['-M', 'virt', '-cpu', model, '-m', '64', ...silence, '-semihosting', '-device', loader],
    ]);
    return outcomes(readFileSync(this.path('result.bin')), steps.length);
  }

  /** The same program on a machine of ours. */
  async runHere(model: CpuModelName, steps: readonly Step[]): Promise<Outcome[]> {
    const machine = await virt({ cpu: model, memory: MiB(64) }).build();
    const image = this.image(steps);
    image.writeUInt32LE(1, this.program.length + 4);
    machine.memory.write(LOAD_ADDRESS, image);
    const [state] = machine.cpuStates;
    state.pc = BigInt(LOAD_ADDRESS);
    const { reason } = machine.use('cpu').engines[0].run(100 * steps.length + 1000);
    if (reason !== 'waiting') throw new Error(`the probe ended with ${reason} at ${state.pc.toString(16)}`);
    const results = machine.memory.read(LOAD_ADDRESS + this.program.length + 8, 16 * steps.length);
    return outcomes(Buffer.from(results), steps.length);
  }

  private image(steps: readonly Step[]): Buffer {
    const image = Buffer.alloc(this.program.length + 8 + 16 * steps.length);
    this.program.copy(image);
    image.writeUInt32LE(steps.length, this.program.length);
    for (const [index, { word, el, value }] of steps.entries()) {
      const at = this.program.length + 8 + 16 * index;
      image.writeUInt32LE(word, at);
      image.writeUInt32LE(el, at + 4);
      image.writeBigUInt64LE(value ?? 0n, at + 8);
    }
    return image;
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private execute(program: string, args: readonly string[]): void {
    const result = spawnSync(program, args, {
      cwd: this.folder,
      encoding: 'utf8',
      input: '',
      timeout: 60_000,
    });
    if (result.status !== 0) throw new Error(`${program}: ${result.error?.message ?? result.stderr}`);
  }
}

function outcomes(results: Buffer, count: number): Outcome[] {
  return Array.from({ length: count }, (_, index) => {
    const value = results.readBigUInt64LE(16 * index);
    const syndrome = results.readUInt32LE(16 * index + 8);
    if (syndrome === 0) return { access: 'ok', value };
    const exceptionClass = syndrome >>> 26;
    return { access: exceptionClass === 0 ? 'undefined' : `trap ${exceptionClass}`, value: 0n };
  });
}
