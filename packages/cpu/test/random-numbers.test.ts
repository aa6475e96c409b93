import { GiB, MiB } from '@armature/core';
import { aarch64Exceptions } from '@armature/exceptions';
import { assemble } from '@armature/isa';
import { createMachine, ram } from '@armature/machine';
import { vmsav8 } from '@armature/mmu';
import { expect, test } from 'vitest';
import { type CpuOptions, cpu } from '../src/part.ts';

async function machineWith(options: CpuOptions) {
  const machine = await createMachine()
    .use(cpu(options))
    .use(vmsav8())
    .use(aarch64Exceptions())
    .use(ram({ base: GiB(1), size: MiB(1) }))
    .build();
  machine.memory.write(GiB(1), assemble('1: mrs x0, rndr\n b 1b', { origin: GiB(1) }).bytes);
  machine.cpuStates[0].pc = BigInt(GiB(1));
  return machine;
}

type Machine = Awaited<ReturnType<typeof machineWith>>;

/** The next numbers that a guest reads. */
function numbers(machine: Machine, count = 4): bigint[] {
  return Array.from({ length: count }, () => {
    machine.use('cpu').engines[0].run(2);
    return machine.cpuStates[0].x(0);
  });
}

test('a snapshot goes on with the same numbers, in another machine, too', async () => {
  const options: CpuOptions = { random: { seed: 5 } };
  const [first, second] = await Promise.all([machineWith(options), machineWith(options)]);
  numbers(first, 3);
  const snapshot = structuredClone(first.snapshot());
  const expected = numbers(first);
  second.restore(snapshot);
  expect(numbers(second)).toEqual(expected);
  first.restore(snapshot);
  expect(numbers(first)).toEqual(expected);
});

test('a model with RNDR begins with seed 0; others have none', async () => {
  const [max, seeded] = await Promise.all([
    machineWith({ model: 'max' }),
    machineWith({ model: 'max', random: { seed: 0 } }),
  ]);
  expect(numbers(max)).toEqual(numbers(seeded));
  const without = await machineWith({ model: 'cortex-a72' });
  const untouched = without.cpuStates[0].x(0);
  without.use('cpu').engines[0].run(1);
  expect(without.cpuStates[0].system('ESR_EL1') >> 26n).toBe(0n);
  expect(without.cpuStates[0].x(0)).toBe(untouched);
});
