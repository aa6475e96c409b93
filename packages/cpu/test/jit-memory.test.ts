import { expect, test } from 'vitest';
import { type BareMachine, bareMachine, RAM } from './bare-machine.ts';

/** Blocks that are compiled, each of code that was not there before. */
const BLOCKS = Number(process.env.ARMATURE_JIT_BLOCKS ?? 20_000);
/** From so many blocks on, the memory of the process is looked at, too. */
const MEASURED_FROM = 100_000;

const CACHE = 8 * 2 ** 20;
/** What the host's compiler and garbage collector may hold beside the cache, bytes. */
const SLACK = 128 * 2 ** 20;

/** Code goes round in these pages, two at a time: a block and its successor lie in different pages. */
const FIRST_PAGE = RAM.base + 0x8_0000;
const PAIRS = 16;
const BLOCKS_OF_PAIR = 1024;
/** Times that each block runs: at first in the interpreter, then compiled. */
const PASSES = 2;

const ADD_X0 = 0x9100_0000;
const BRANCH = 0x1400_0000;
const BRANCH_OFFSET = 0x03ff_ffff;
const RET = 0xd65f_03c0;

/** The number that a block adds to x0. */
const addend = (block: number): number => Math.imul(block + 1, 0x9e37_79b1) >>> 20;

/** Writes blocks of two instructions, from `block` on; the last returns to x30. Returns what they add to x0. */
function writePair(machine: BareMachine, address: number, block: number): bigint {
  const words = new Uint32Array(2 * BLOCKS_OF_PAIR);
  let sum = 0;
  for (let index = 0; index < BLOCKS_OF_PAIR; index++) {
    const isFirstPage = index % 2 === 0;
    const at = (isFirstPage ? 0 : 1024) + (index & ~1);
    words[at] = ADD_X0 | (addend(block + index) << 10);
    words[at + 1] = BRANCH | ((isFirstPage ? 1023 : -1023) & BRANCH_OFFSET);
    sum += addend(block + index);
  }
  words[words.length - 1] = RET;
  machine.memory.write(address, new Uint8Array(words.buffer));
  return BigInt(sum);
}

/** Seconds: the compilers take up to a millisecond for a block where the host has other work. */
const LONGEST = 60 + BLOCKS / 1000;

test(`${BLOCKS} blocks of new code fit in a small cache`, { timeout: 1000 * LONGEST }, async () => {
  const machine = await bareMachine({ jit: { threshold: 0, batch: 16, cacheSize: CACHE } });
  const regions = machine.engine.regions!;
  let mostUsed = 0;
  const flush = regions.flush.bind(regions);
  regions.flush = () => {
    flush();
    mostUsed = Math.max(mostUsed, regions.memory.used);
  };
  const mostResident = new Array<number>(10).fill(0);
  for (let block = 0; block < BLOCKS; block += BLOCKS_OF_PAIR) {
    const address = FIRST_PAGE + ((block / BLOCKS_OF_PAIR) % PAIRS) * 0x2000;
    const sum = writePair(machine, address, block);
    machine.setX({ 0: 0, 30: address });
    machine.cpu.pc = BigInt(address);
    machine.engine.run(PASSES * 2 * BLOCKS_OF_PAIR);
    expect([block, machine.x(0)]).toEqual([block, BigInt(PASSES) * sum]);
    const tenth = Math.floor((10 * block) / BLOCKS);
    mostResident[tenth] = Math.max(mostResident[tenth], process.memoryUsage.rss());
  }
  const { evictions, regions: compiled } = regions.statistics;
  if (BLOCKS >= MEASURED_FROM) {
    const [first, last] = [mostResident[0], mostResident[9]].map(
      (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`,
    );
    console.log(
      `${compiled} regions, ${evictions} times emptied, ${first} in the first tenth, ${last} in the last`,
    );
    expect(mostResident[9] - mostResident[0]).toBeLessThan(CACHE + SLACK);
  }
  expect(compiled).toBeGreaterThanOrEqual(BLOCKS);
  expect(evictions).toBeGreaterThan(10);
  expect(mostUsed).toBeLessThanOrEqual(CACHE);
});
