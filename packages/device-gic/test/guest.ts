/** Bare-metal programs that access registers and print what they read, on QEMU's virt board and on ours. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MiB } from '@armature/core';
import { cpu } from '@armature/cpu';
import { pl011 } from '@armature/device-pl011';
import { genericTimer } from '@armature/device-timer';
import { aarch64Exceptions } from '@armature/exceptions';
import { assemble } from '@armature/isa';
import { boot, createMachine, ram } from '@armature/machine';
import { vmsav8 } from '@armature/mmu';
import { psci } from '@armature/psci';
import { gicV2, gicV3 } from '../src/index.ts';

const ORIGIN = 0x4008_0000;

const constant = (register: string, value: number | bigint): string => {
  const bits = BigInt.asUintN(64, BigInt(value));
  const parts = [0n, 16n, 32n, 48n].map((shift) => [shift, (bits >> shift) & 0xffffn] as const);
  return parts
    .filter(([shift, part]) => shift === 0n || part !== 0n)
    .map(([shift, part]) => `${shift === 0n ? 'movz' : 'movk'} ${register}, #${part}, lsl #${shift}`)
    .join('\n');
};

/** A program under construction. Every read prints a line; `labels` says what each line is. */
export class Guest {
  readonly labels: string[] = [];
  /** Everything done, for messages. */
  readonly steps: string[] = [];
  private readonly lines: string[] = [];

  /** Adds assembly. */
  code(text: string): this {
    this.lines.push(text);
    return this;
  }

  /** Prints X0 as a line. */
  show(label: string): this {
    this.labels.push(label);
    this.steps.push(`${label} -> line ${this.labels.length - 1}`);
    return this.code('bl show');
  }

  readSystem(name: string, register: string): this {
    return this.code(`mrs x0, ${register}`).show(name);
  }

  writeSystem(name: string, register: string, value: number | bigint): this {
    this.steps.push(`${name} = 0x${value.toString(16)}`);
    return this.code(`${constant('x0', value)}\nmsr ${register}, x0\nisb`);
  }

  readDevice(name: string, address: number): this {
    return this.code(`${constant('x1', address)}\nldr w0, [x1]`).show(name);
  }

  writeDevice(name: string, address: number, value: number, size: 1 | 4 = 4): this {
    this.steps.push(`${name} = 0x${(value >>> 0).toString(16)}`);
    const store = size === 1 ? 'strb' : 'str';
    return this.code(
      `${constant('x1', address)}\n${constant('x0', value >>> 0)}\n${store} w0, [x1]\ndsb sy\nisb`,
    );
  }

  /** The image: begins with the vectors' base set, ends by switching off. */
  image(vectors = ''): Uint8Array {
    const source = `
      mov x20, #0x09000000
      b begin
      ${vectors}
    begin:
      ${this.lines.join('\n')}
      movz w0, #0x0008
      movk w0, #0x8400, lsl #16
      hvc #0
      b .
    show:
      mov x10, #28
    1:lsr x11, x0, x10
      and x11, x11, #15
      cmp x11, #10
      add x12, x11, #'0'
      add x13, x11, #('a' - 10)
      csel x11, x12, x13, lo
      str w11, [x20]
      subs x10, x10, #4
      b.ge 1b
      mov w11, #10
      str w11, [x20]
      ret
    `;
    return assemble(source, { origin: ORIGIN }).bytes;
  }
}

export type GicVersion = 2 | 3;

export async function runOnQemu(image: Uint8Array, version: GicVersion, cpus = 1): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'armature-gic-'));
  try {
    const file = join(folder, 'image');
    writeFileSync(file, image);
    const machine = `virt,gic-version=${version}${version === 3 ? ',its=off' : ''}`;
    const args = [
      '-M',
      machine,
      '-smp',
      `${cpus}`,
      '-cpu',
      'cortex-a72',
      '-nic',
      'none',
      '-nographic',
      '-kernel',
      file,
    ];
    const run = promisify(execFile)('qemu-system-aarch64', args, { encoding: 'latin1', timeout: 30_000 });
    run.child.stdin?.end();
    return (await run).stdout.trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function runOnArmature(image: Uint8Array, version: GicVersion, cpus = 1): Promise<string[]> {
  const sent: number[] = [];
  const machine = await createMachine()
    .use(cpu({ model: 'cortex-a72', count: cpus }))
    .use(ram({ base: 0x4000_0000, size: MiB(16) }))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(psci({ conduit: 'hvc' }))
    .use(version === 2 ? gicV2() : gicV3())
    .use(genericTimer())
    .use(pl011({ base: 0x0900_0000, onTransmit: (byte) => sent.push(byte) }))
    .build();
  boot(machine, { image, loadAddress: ORIGIN });
  const { reason } = machine.runSync({ maxInstructions: 20_000_000 });
  if (reason !== 'power-off') throw new Error(`the run ended by ${reason}`);
  return String.fromCharCode(...sent)
    .trim()
    .split('\n');
}
