import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Pl011 } from '../src/index.ts';
import { PL011_REGISTER as R, WRITE_MASK } from '../src/registers.ts';

const UART = 0x0900_0000;
const available = spawnSync('qemu-system-aarch64', ['--version']).status === 0;

/** Registers of a PL011, wherever it is. */
interface Registers {
  read(offset: number): Promise<number>;
  write(offset: number, value: number): Promise<void>;
}

/** QEMU's device, driven over its test protocol while its CPU is held. */
async function startQemu(): Promise<Registers & { process: ChildProcess }> {
  const args = ['-M', 'virt', '-nic', 'none', '-display', 'none', '-serial', 'null', '-monitor', 'none'];
  const process = spawn('qemu-system-aarch64', [...args, '-S', '-qtest', 'stdio', '-qtest-log', 'none'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: process.stdout! })[Symbol.asyncIterator]();
  const ask = async (command: string): Promise<string> => {
    process.stdin!.write(`${command}\n`);
    const { value, done } = await lines.next();
    if (done || !value.startsWith('OK')) throw new Error(`QEMU answered ${value} to ${command}`);
    return value;
  };
  return {
    process,
    read: async (offset) => Number((await ask(`readl ${UART + offset}`)).split(' ')[1]),
    write: async (offset, value) => {
      await ask(`writel ${UART + offset} ${value}`);
    },
  };
}

describe.skipIf(!available)('compared with QEMU', () => {
  let qemu: Awaited<ReturnType<typeof startQemu>>;
  beforeAll(async () => {
    qemu = await startQemu();
  });
  afterAll(async () => {
    qemu.process.kill();
    await once(qemu.process, 'exit');
  });

  const readable = Object.values(R).filter((offset) => offset !== R.UARTDR && offset !== R.UARTICR);

  test('every register reads the same after reset', async () => {
    const ours = new Pl011();
    for (let offset = 0; offset < 0x1000; offset += 4) {
      if (offset > 0x50 && offset < 0xfe0 && offset % 0x80 !== 0) continue;
      expect([offset, ours.read(offset, 4)]).toEqual([offset, await qemu.read(offset)]);
    }
  });

  test('random writes leave the same values', async () => {
    const ours = new Pl011();
    const writable: [number, number][] = [
      [R.UARTDR, 0xff],
      [R.UARTRSR, 0xff],
      [R.UARTFR, 0xffff_ffff],
      [R.UARTRIS, 0xffff_ffff],
      [R.UARTMIS, 0xffff_ffff],
      [R.UARTICR, 0x7ff],
      // Loopback differs: QEMU 7.2 has none. DMA requests make it complain.
      [R.UARTCR, WRITE_MASK.UARTCR & ~0x80],
      [R.UARTDMACR, 4],
      ...(['UARTILPR', 'UARTIBRD', 'UARTFBRD', 'UARTLCR_H', 'UARTIFLS', 'UARTIMSC'] as const).map(
        (name): [number, number] => [R[name], WRITE_MASK[name]],
      ),
    ];
    let seed = 20_260_101;
    const random = (): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed;
    };
    for (let i = 0; i < 1500; i++) {
      const [offset, mask] = writable[(random() >>> 16) % writable.length];
      const value = (random() & mask) >>> 0;
      ours.write(offset, 4, value);
      await qemu.write(offset, value);
      const looked = readable[(random() >>> 16) % readable.length];
      const context = `step ${i}: ${value.toString(16)} to ${offset.toString(16)}, then ${looked.toString(16)}`;
      expect([context, ours.read(looked, 4)]).toEqual([context, await qemu.read(looked)]);
    }
  });
});
