import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PhysicalMemory } from '@armature/core';
import { type VirtioDevice, VirtioMmio } from '@armature/virtio';

/** A machine from outside: words at physical addresses. */
export interface Board {
  read(address: number): Promise<number>;
  write(address: number, value: number): Promise<void>;
  end(): Promise<void>;
}

/** Physical addresses: of the transport in the last slot, and of RAM. */
export const TRANSPORT = 0x0a00_3e00;
export const RAM = 0x4000_0000;
const RAM_BYTES = 0x10_0000;

/** QEMU's machine, driven over its test protocol while its CPU is held. */
export function qemuBoard(device: readonly string[], legacy: boolean): Board {
  const machine = [
    '-M',
    'virt',
    '-nic',
    'none',
    '-display',
    'none',
    '-serial',
    'null',
    '-monitor',
    'none',
    '-S',
  ];
  const interfaceOf = ['-global', `virtio-mmio.force-legacy=${legacy}`];
  const protocol = ['-qtest', 'stdio', '-qtest-log', 'none'];
  const qemu: ChildProcess = spawn(
    'qemu-system-aarch64',
    [...machine, ...interfaceOf, ...protocol, ...device],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const lines = createInterface({ input: qemu.stdout! })[Symbol.asyncIterator]();
  const ask = async (command: string): Promise<string> => {
    qemu.stdin!.write(`${command}\n`);
    const { value, done } = await lines.next();
    if (done || !value.startsWith('OK')) throw new Error(`QEMU answered ${value} to ${command}`);
    return value;
  };
  return {
    read: async (address) => Number((await ask(`readl ${address}`)).split(' ')[1]),
    write: async (address, value) => {
      await ask(`writel ${address} ${value >>> 0}`);
    },
    async end() {
      qemu.kill();
      await once(qemu, 'exit');
    },
  };
}

/** The same of this project's transport and device. */
export function ownBoard(device: VirtioDevice, legacy: boolean): Board {
  const memory = new PhysicalMemory(new WebAssembly.Memory({ initial: RAM_BYTES / 65536 }), [
    { name: 'ram', base: RAM, size: RAM_BYTES, kind: 'ram', hostOffset: 0 },
  ]);
  const transport = new VirtioMmio({ device, memory, legacy });
  return {
    read: async (address) =>
      address >= RAM ? memory.readU32(address) : transport.read(address - TRANSPORT, 4),
    async write(address, value) {
      if (address >= RAM) memory.writeU32(address, value >>> 0);
      else transport.write(address - TRANSPORT, 4, value >>> 0);
    },
    end: async () => {},
  };
}
