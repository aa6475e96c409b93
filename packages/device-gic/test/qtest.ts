/** QEMU's devices, driven over its test protocol while its CPU is held. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export const qemuAvailable = spawnSync('qemu-system-aarch64', ['--version']).status === 0;

const SUFFIX = { 1: 'b', 2: 'w', 4: 'l' } as const;

export interface QemuGic {
  read(address: number, size?: 1 | 2 | 4): Promise<number>;
  write(address: number, value: number, size?: 1 | 2 | 4): Promise<void>;
  /** Drives an input: SPIs from 0, then PPIs by INTID. */
  setLine(input: number, level: boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startQemu(machine: string, cpus = 1): Promise<QemuGic> {
  const args = [
    '-M',
    machine,
    '-smp',
    String(cpus),
    '-cpu',
    'cortex-a72',
    '-nic',
    'none',
    '-display',
    'none',
  ];
  const quiet = ['-serial', 'null', '-monitor', 'none', '-S', '-qtest', 'stdio', '-qtest-log', 'none'];
  const process = spawn('qemu-system-aarch64', [...args, ...quiet], { stdio: ['pipe', 'pipe', 'ignore'] });
  // A virt board's devices begin with its CPUs and the interrupt controller.
  const path = `/machine/unattached/device[${cpus}]`;
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  const ask = async (command: string): Promise<string> => {
    process.stdin.write(`${command}\n`);
    const { value, done } = await lines.next();
    if (done || !value.startsWith('OK')) throw new Error(`QEMU answered ${value} to ${command}`);
    return value;
  };
  return {
    read: async (address, size = 4) => Number((await ask(`read${SUFFIX[size]} ${address}`)).split(' ')[1]),
    write: async (address, value, size = 4) => {
      await ask(`write${SUFFIX[size]} ${address} ${value}`);
    },
    setLine: async (input, level) => {
      await ask(`set_irq_in ${path} unnamed-gpio-in ${input} ${level ? 1 : 0}`);
    },
    async stop() {
      process.kill();
      await once(process, 'exit');
    },
  };
}
