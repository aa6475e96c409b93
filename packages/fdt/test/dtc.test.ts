import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cpuRegOf,
  decodeStringList,
  decodeU32,
  findByPhandle,
  findCompatible,
  getNode,
  getProperty,
  parseFdt,
  printDts,
  writeFdt,
} from '../src/index.ts';
import { deviceTree } from './arbitrary.ts';
import { sampleSource } from './sample.ts';

const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

function dtc(args: readonly string[], input: string | Uint8Array): Buffer {
  const result = spawnSync('dtc', ['-q', '-q', ...args, '-'], { input });
  expect(result.stderr.toString()).toBe('');
  expect(result.status).toBe(0);
  return result.stdout;
}

const toDts = (blob: Uint8Array): string => dtc(['-I', 'dtb', '-O', 'dts'], blob).toString();
const toDtb = (text: string): Uint8Array => dtc(['-I', 'dts', '-O', 'dtb'], text);

describe.skipIf(!has('dtc'))('dtc', () => {
  test('reads the sample as it was meant', () => {
    const text = toDts(writeFdt(sampleSource()));
    expect(text).toContain('/memreserve/\t0x0000000048000000 0x0000000000010000;');
    expect(text).toContain('interrupt-parent = <0x01>;');
    expect(text).toContain('compatible = "arm,pl011\\0arm,primecell";');
    expect(text).toContain('clocks = <0x8000 0x8000>;');
    expect(text).toContain('interrupt-controller;');
  });

  test('reads what the writer writes, and writes what the reader reads', () => {
    fc.assert(
      fc.property(deviceTree({ plain: true }), (source) => {
        const tree = { ...parseFdt(writeFdt(source)), bootCpuId: 0 };
        expect(parseFdt(toDtb(toDts(writeFdt(source))))).toEqual(tree);
      }),
      { numRuns: 40 },
    );
  });

  test('compiles printed text to the same tree', () => {
    fc.assert(
      fc.property(deviceTree({ plain: true }), (source) => {
        const tree = { ...parseFdt(writeFdt(source)), bootCpuId: 0 };
        expect(parseFdt(toDtb(printDts(tree)))).toEqual(tree);
      }),
      { numRuns: 40 },
    );
  });

  test('its version 16 blobs are read', () => {
    const blob = dtc(['-I', 'dtb', '-O', 'dtb', '-V', '16'], writeFdt(sampleSource()));
    expect(parseFdt(blob).root).toEqual(parseFdt(writeFdt(sampleSource())).root);
  });
});

describe.skipIf(!has('qemu-system-aarch64'))("QEMU's virt board", () => {
  function dump(machine: string): Uint8Array {
    const folder = mkdtempSync(join(tmpdir(), 'fdt-'));
    try {
      const file = join(folder, 'virt.dtb');
      const options = ['-cpu', 'cortex-a72', '-smp', '2', '-m', '512', '-nic', 'none', '-nographic'];
      const result = spawnSync('qemu-system-aarch64', ['-M', `${machine},dumpdtb=${file}`, ...options], {
        timeout: 30_000,
      });
      expect(result.status).toBe(0);
      return readFileSync(file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  const blob = dump('virt,gic-version=3');
  const tree = parseFdt(blob);

  test('the map is read', () => {
    expect(cpuRegOf(tree, '/memory')).toEqual([{ address: 0x4000_0000n, size: 0x2000_0000n }]);
    expect(cpuRegOf(tree, '/pl011')).toEqual([{ address: 0x900_0000n, size: 0x1000n }]);
    expect(findCompatible(tree, 'virtio,mmio')).toHaveLength(32);
    expect(getNode(tree, '/cpus').node.children.filter(({ name }) => name.startsWith('cpu@'))).toHaveLength(
      2,
    );
    expect(decodeStringList(getProperty(getNode(tree, '/psci').node, 'compatible'))).toContain(
      'arm,psci-0.2',
    );
    const parent = decodeU32(getProperty(tree.root, 'interrupt-parent'));
    expect(findByPhandle(tree, parent)?.node.name).toMatch(/^intc@8000000$/);
  });

  test('written again, it is the same tree', () => {
    expect(parseFdt(writeFdt(tree))).toEqual(tree);
  });

  test.skipIf(!has('dtc'))('written again, dtc prints the same text', () => {
    expect(toDts(writeFdt(tree))).toBe(toDts(blob));
  });
});
