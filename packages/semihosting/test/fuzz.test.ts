/** Random calls with random parameter blocks, by a guest: each is answered, and none is an error of the host. */
import { assemble } from '@armature/isa';
import { boot, virt } from '@armature/machine';
import { expect, test } from 'vitest';
import {
  type HostFile,
  type HostFiles,
  SEMIHOSTING_OPERATION as O,
  SEMIHOSTING_ERRNO,
  semihosting,
} from '../src/index.ts';

const CALLS = 100_000;
const MEMORY = 4 * 2 ** 20;
const RAM = 0x4000_0000;
const PROGRAM = RAM + 0x8_0000;
/** What pointers usually point into: parameter blocks, strings and buffers over one another. */
const ARENA = RAM + 0x10_0000;
const ARENA_SIZE = 0x4000;
const ALL_ONES = 2n ** 64n - 1n;

/** xorshift32. */
class Random {
  private state: number;
  constructor(seed: number) {
    this.state = seed;
  }
  below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }
  word(): bigint {
    return (BigInt(this.below(2 ** 32)) << 32n) | BigInt(this.below(2 ** 32));
  }
  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)];
  }
}

/** Files that succeed, fail and fall short at random, within their contract. */
function moodyFiles(random: Random): HostFiles {
  const errors = Object.values(SEMIHOSTING_ERRNO).map((errno) => -errno);
  const moody = (most: number): number =>
    random.below(4) === 0 ? random.pick(errors) : random.below(3) === 0 ? random.below(most + 1) : most;
  const file: HostFile = {
    read: (_, into) => moody(into.length),
    write: (_, bytes) => moody(bytes.length),
    length: () => moody(random.below(2 ** 31)),
    close: () => {},
  };
  return {
    open: () => (random.below(4) === 0 ? random.pick(errors) : file),
    remove: () => moody(0),
    rename: () => moody(0),
  };
}

test(`${CALLS} random calls`, async () => {
  const random = new Random(0x5e31_4057);
  let exits = 0;
  const machine = await virt({ memory: MEMORY })
    .use(
      semihosting({
        console: { write: () => {}, read: (into) => random.below(into.length + 1) },
        files: moodyFiles(random),
        commandLine: 'program with arguments',
        onExit: () => {
          exits++;
        },
      }),
    )
    .build();
  const [cpu] = machine.cpuStates;
  const image = assemble('hlt #0xf000', { origin: PROGRAM }).bytes;
  const start = (): void => {
    boot(machine, { image, loadAddress: PROGRAM });
  };
  start();

  const operations = Object.values(O).filter(
    (operation) => operation !== O.SYS_EXIT && operation !== O.SYS_EXIT_EXTENDED,
  );
  const operation = (): number => {
    const kind = random.below(400);
    if (kind === 0) return random.pick([O.SYS_EXIT, O.SYS_EXIT_EXTENDED]);
    // Those that need a handle find one only when many are open.
    if (kind < 40) return O.SYS_OPEN;
    return kind < 60 ? random.below(2 ** (1 + random.below(31))) : random.pick(operations);
  };
  const pointer = (): bigint => {
    const inside = BigInt(ARENA + random.below(ARENA_SIZE));
    const wild = [
      0n,
      ALL_ONES - BigInt(random.below(32)),
      BigInt(RAM + MEMORY - random.below(64)),
      BigInt(RAM - random.below(64)),
      0x0900_0000n + BigInt(random.below(4096)),
      2n ** 63n - BigInt(random.below(16)),
      random.word(),
    ];
    return random.below(4) === 0 ? random.pick(wild) : inside;
  };
  const small = (): bigint => BigInt(random.below(2 ** random.below(14)));
  const field = (): bigint => {
    const kinds = [pointer, pointer, small, small, small, () => ALL_ONES - small(), () => random.word()];
    return random.pick(kinds)();
  };
  const paths = [
    '',
    ':tt',
    ':semihosting-features',
    '../a',
    '/etc/passwd',
    'a\0b',
    '\xff\xfe',
    'x'.repeat(300),
  ];

  const results = new Map<number, number>();
  for (let count = 0; count < CALLS; count++) {
    const number = operation();
    const parameter = pointer();
    const block = ARENA + random.below(ARENA_SIZE - 64);
    for (let index = 0; index < 4; index++) machine.memory.writeU64(block + 8 * index, field());
    const path = pointer();
    const kind = random.below(4);
    if (kind < 2) {
      const text = random.pick(paths);
      const at = ARENA + random.below(ARENA_SIZE - 512);
      machine.memory.write(at, new TextEncoder().encode(`${text}\0`));
      machine.memory.writeU64(block, random.below(3) === 0 ? path : BigInt(at));
      machine.memory.writeU64(block + 8, BigInt(random.below(14)));
      machine.memory.writeU64(block + 16, BigInt(text.length));
    } else if (kind === 2) {
      // Handles are small numbers.
      machine.memory.writeU64(block, BigInt(random.below(40)));
    }
    const x1 = random.below(8) === 0 ? parameter : BigInt(block);
    cpu.setX(0, BigInt(number));
    cpu.setX(1, x1);
    cpu.pc = BigInt(PROGRAM);
    const before = exits;
    const { reason } = machine.runSync({ maxInstructions: 1 });
    if (exits !== before) {
      expect(reason).toBe('power-off');
      machine.reset();
      start();
      continue;
    }
    const tell = (): string => `call ${count}: operation ${number}, parameter 0x${x1.toString(16)}`;
    if (reason !== 'budget' || cpu.pc !== BigInt(PROGRAM + 4) || cpu.x(1) !== x1) {
      expect([reason, cpu.pc, cpu.x(1)], tell()).toEqual(['budget', BigInt(PROGRAM + 4), x1]);
    }
    if (cpu.x(0) !== ALL_ONES) results.set(number, (results.get(number) ?? 0) + 1);
  }
  // Not all of them failed: each operation but the one for commands of the host has done its work.
  const succeeded = operations.filter((known) => (results.get(known) ?? 0) > 0);
  expect(succeeded).toEqual(operations.filter((known) => known !== O.SYS_SYSTEM));
  expect(exits).toBeGreaterThan(100);
});
