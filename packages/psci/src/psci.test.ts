import { CPU_BLOCK, CpuState, fromHalves, type PartContext } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { FUNCTION as F, RESULT, SMC64 } from './functions.ts';
import { psci } from './part.ts';
import { Psci } from './psci.ts';

const GARBAGE = 0xdead_beef_0000_0000n;

function bench(cpus = 1) {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4096 + CPU_BLOCK.size) / 65536) });
  const cpu = new CpuState(memory, 4096);
  const power: string[] = [];
  const starts: bigint[][] = [];
  const engines = Array.from({ length: cpus }, (_, index) => ({
    poweredOn: index === 0,
    powerOn(entryLo: number, entryHi: number, contextLo: number, contextHi: number): void {
      starts.push([BigInt(index), fromHalves(entryLo, entryHi), fromHalves(contextLo, contextHi)]);
      this.poweredOn = true;
    },
    powerOff(): void {
      this.poweredOn = false;
    },
  }));
  const firmware = new Psci({
    conduit: 'hvc',
    engines: () => engines,
    requestPower: (action) => power.push(action),
  });
  /** Makes a call and gives X0 back as a signed number. */
  const call = (identifier: number, ...parameters: (number | bigint)[]): bigint => {
    cpu.setX(0, BigInt(identifier >>> 0));
    for (let i = 0; i < 3; i++) cpu.setX(1 + i, BigInt(parameters[i] ?? 0));
    expect(firmware.call(cpu)).toBe(true);
    return BigInt.asIntN(64, cpu.x(0));
  };
  return { cpu, firmware, power, call, engines, starts };
}

const wide = (identifier: number): number => (identifier | SMC64) >>> 0;
const NOT_SUPPORTED = BigInt(RESULT.notSupported);
const INVALID = BigInt(RESULT.invalidParameters);

describe('identification', () => {
  test('versions', () => {
    const { call } = bench();
    expect(call(F.PSCI_VERSION)).toBe(0x1_0001n);
    expect(call(F.SMCCC_VERSION)).toBe(0x1_0001n);
    expect(call(F.MIGRATE_INFO_TYPE)).toBe(2n);
  });

  test.each(Object.entries(F))('PSCI_FEATURES knows about %s', (name, identifier) => {
    const { call } = bench();
    const known = name !== 'MIGRATE' && !name.startsWith('SMCCC_ARCH');
    expect(call(F.PSCI_FEATURES, identifier)).toBe(known ? 0n : NOT_SUPPORTED);
    const isWide = ['CPU_SUSPEND', 'CPU_ON', 'AFFINITY_INFO'].includes(name);
    expect(call(F.PSCI_FEATURES, wide(identifier))).toBe(isWide ? 0n : NOT_SUPPORTED);
  });

  test('architecture features: no workaround is required, all can be called', () => {
    const { call } = bench();
    expect(call(F.SMCCC_ARCH_FEATURES, F.SMCCC_VERSION)).toBe(0n);
    expect(call(F.SMCCC_ARCH_FEATURES, F.SMCCC_ARCH_FEATURES)).toBe(0n);
    for (const name of ['1', '2', '3'] as const) {
      const identifier = F[`SMCCC_ARCH_WORKAROUND_${name}`];
      expect(call(F.SMCCC_ARCH_FEATURES, identifier)).toBe(1n);
      expect(call(identifier)).toBe(0n);
    }
    expect(call(F.SMCCC_ARCH_FEATURES, F.PSCI_VERSION)).toBe(NOT_SUPPORTED);
  });

  test('unknown functions are not supported, with the sign in all 64 bits', () => {
    const { call, cpu } = bench();
    const unknown = [
      0, 1, 0x8400_0005, 0x8400_0007, 0x8400_00ff, 0x8600_ff01, 0xc400_0000, 0xc400_0002, 0xffff_ffff,
    ];
    for (const identifier of unknown) {
      expect(call(identifier)).toBe(NOT_SUPPORTED);
      expect(cpu.x(0)).toBe(0xffff_ffff_ffff_ffffn);
    }
  });

  test('the function identifier is W0; other registers keep their values', () => {
    const { cpu, firmware } = bench();
    for (let i = 1; i < 31; i++) cpu.setX(i, BigInt(i) * 0x0101_0101_0101_0101n);
    cpu.setX(0, GARBAGE | BigInt(F.PSCI_VERSION));
    firmware.call(cpu);
    expect(cpu.x(0)).toBe(0x1_0001n);
    for (let i = 1; i < 31; i++) expect(cpu.x(i)).toBe(BigInt(i) * 0x0101_0101_0101_0101n);
  });
});

describe('one CPU', () => {
  test.each([F.CPU_ON, wide(F.CPU_ON)])(
    'CPU_ON %i: itself is on already, others do not exist',
    (identifier) => {
      const { call } = bench();
      expect(call(identifier, 0, 0x4000_0000)).toBe(BigInt(RESULT.alreadyOn));
      for (const mpidr of [1, 0x100, 0x1_0000, 0x8000_0000]) expect(call(identifier, mpidr)).toBe(INVALID);
    },
  );

  test('upper halves of parameters count in the 64-bit convention alone', () => {
    const { call } = bench();
    expect(call(F.CPU_ON, GARBAGE)).toBe(BigInt(RESULT.alreadyOn));
    expect(call(wide(F.CPU_ON), GARBAGE)).toBe(INVALID);
    expect(call(F.AFFINITY_INFO, GARBAGE, GARBAGE)).toBe(0n);
    expect(call(wide(F.AFFINITY_INFO), GARBAGE)).toBe(INVALID);
  });

  test('AFFINITY_INFO', () => {
    const { call } = bench();
    expect(call(F.AFFINITY_INFO, 0, 0)).toBe(0n);
    expect(call(F.AFFINITY_INFO, 1, 0)).toBe(INVALID);
    expect(call(F.AFFINITY_INFO, 0, 1)).toBe(0n);
    expect(call(F.AFFINITY_INFO, 0, 4)).toBe(INVALID);
  });

  test('CPU_OFF is denied to the last CPU', () => {
    const { call, power } = bench();
    expect(call(F.CPU_OFF)).toBe(BigInt(RESULT.denied));
    expect(power).toEqual([]);
  });

  test('CPU_SUSPEND wakes at once, and refuses what does not exist', () => {
    const { call } = bench();
    expect(call(F.CPU_SUSPEND, 0)).toBe(0n);
    expect(call(wide(F.CPU_SUSPEND), 0x1_0000)).toBe(0n);
    expect(call(F.CPU_SUSPEND, 0x0100_0000)).toBe(INVALID);
    expect(call(F.CPU_SUSPEND, 0x8000_0000)).toBe(INVALID);
  });
});

test('with several CPUs, the others are off and stay off', () => {
  const { call } = bench(20);
  expect(call(F.AFFINITY_INFO, 0)).toBe(0n);
  expect(call(F.AFFINITY_INFO, 15)).toBe(1n);
  expect(call(F.AFFINITY_INFO, 16)).toBe(INVALID);
  expect(call(F.AFFINITY_INFO, 0x103)).toBe(1n);
  expect(call(F.AFFINITY_INFO, 0x104)).toBe(INVALID);
});

test('CPU_ON starts another CPU where and with what it is told; CPU_OFF ends it', () => {
  const { call, engines, starts, cpu } = bench(2);
  expect(call(wide(F.CPU_ON), 1, 0x1_4000_0000n, GARBAGE)).toBe(0n);
  expect(starts).toEqual([[1n, 0x1_4000_0000n, GARBAGE]]);
  expect(call(wide(F.CPU_ON), 1, 0x1_4000_0000n, GARBAGE)).toBe(BigInt(RESULT.alreadyOn));
  expect(call(F.AFFINITY_INFO, 1)).toBe(0n);
  expect(call(F.CPU_OFF)).toBe(0n);
  expect(engines.map(({ poweredOn }) => poweredOn)).toEqual([false, true]);
  engines[0].poweredOn = true;
  engines[1].poweredOn = false;
  expect(call(F.CPU_ON, 1, 0x4000_0001)).toBe(BigInt(RESULT.invalidAddress));
  expect(call(F.CPU_ON, GARBAGE | 1n, GARBAGE | 0x4000_0000n, GARBAGE)).toBe(0n);
  expect(starts[1]).toEqual([1n, 0x4000_0000n, 0n]);
  expect(cpu.index).toBe(0);
});

test('SYSTEM_OFF and SYSTEM_RESET ask the machine', () => {
  const { call, power } = bench();
  call(F.SYSTEM_OFF);
  call(F.SYSTEM_RESET);
  expect(power).toEqual(['off', 'reset']);
});

describe('psci()', () => {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((4096 + CPU_BLOCK.size) / 65536) });
  const cpu = new CpuState(memory, 4096);

  test('provides firmware and describes it in the device tree', async () => {
    const power: string[] = [];
    const traced: string[] = [];
    const part = psci();
    expect(part.provides).toEqual(['firmware']);
    const component = await part.create({
      cpuStates: [cpu],
      requestPower: (action: string) => power.push(action),
      trace: (_topic: string, message: () => string) => traced.push(message()),
    } as unknown as PartContext);
    const { firmware } = component.capabilities!;
    expect(firmware.conduit).toBe('hvc');
    cpu.setX(0, BigInt(F.SYSTEM_OFF));
    expect(firmware.call(cpu)).toBe(true);
    expect(power).toEqual(['off']);
    expect(traced).toEqual(['hvc 0x84000008 returns 0']);
    expect(component.deviceTree).toEqual([
      {
        name: 'psci',
        properties: {
          compatible: { strings: ['arm,psci-1.0', 'arm,psci-0.2', 'arm,psci'] },
          method: { strings: ['hvc'] },
          cpu_suspend: { cells: [0xc400_0001] },
          cpu_off: { cells: [0x8400_0002] },
          cpu_on: { cells: [0xc400_0003] },
          migrate: { cells: [0xc400_0005] },
        },
      },
    ]);
  });

  test('its configuration is plain; another conduit is refused', () => {
    expect(JSON.parse(JSON.stringify(psci({ conduit: 'smc' })))).toEqual({ part: 'psci', conduit: 'smc' });
    expect(() => psci({ conduit: 'svc' as 'hvc' })).toThrowError(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

test('100,000 random calls are answered, and no CPU is started but by CPU_ON', () => {
  let state = 9;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const { cpu, engines, firmware } = bench(4);
  const known = Object.values(F);
  for (let round = 0; round < 100_000; round++) {
    const narrow = next(8) === 0 ? next(2 ** 32) : known[next(known.length)];
    const identifier = next(2) === 0 ? wide(narrow) : narrow;
    const on = engines.map(({ poweredOn }) => poweredOn);
    cpu.setX(0, BigInt(identifier));
    for (let register = 1; register < 4; register++) {
      const high = next(4) === 0 ? BigInt(next(2 ** 32)) << 32n : 0n;
      cpu.setX(register, high | BigInt(next(2) === 0 ? next(5) : next(2 ** 32)));
    }
    expect(firmware.call(cpu)).toBe(true);
    const isPower = narrow === F.CPU_ON || narrow === F.CPU_OFF;
    if (!isPower) expect(engines.map(({ poweredOn }) => poweredOn)).toEqual(on);
    engines[0].poweredOn = true;
  }
});
