import { describe, expect, test } from 'vitest';
import { type BareMachine, bareMachine, RAM } from './bare-machine.ts';

/** Blocks that are compiled, each of code that was not there before. */
const BLOCKS = Number(process.env.ARMATURE_JIT_BLOCKS ?? 20_000);
/** From so many blocks on, the memory of the process is looked at, too. */
const MEASURED_FROM = 100_000;

/** What the host's compiler and garbage collector may hold beside the cache, bytes. */
const SLACK = 128 * 2 ** 20;

/** Code goes round in these pages, two at a time: a region and its successor lie in different pages. */
const FIRST_PAGE = RAM.base + 0x8_0000;
const PAIRS = 64;
const BLOCKS_OF_PAIR = 1024;
const WORDS_OF_PAIR = 2 * BLOCKS_OF_PAIR;
/** A run of so many instructions goes through each of them by itself, which compiles nothing. */
const STEPS = 1024;

const ADD_X0 = 0x9100_0000;
const SHIFTED = 1 << 22;
const TBNZ = 0x3700_0000;
const BRANCH = 0x1400_0000;
const BRANCH_OFFSET = 0x03ff_ffff;
const RET = 0xd65f_03c0;
/** Registers from x2 on that blocks test; they are zero. */
const TESTED = 20;

/**
 * The instructions of a block: an addition to x0, and a test that leads to another block. No two of the first ten
 * million blocks have the same.
 */
function wordsOf(block: number, distance: number): { add: number; branch: number; addend: number } {
  let rest = block;
  const take = (count: number): number => {
    const digit = rest % count;
    rest = Math.floor(rest / count);
    return digit;
  };
  const immediate = take(4096);
  const bit = take(64);
  const shift = take(2);
  const register = 2 + take(TESTED);
  const place = ((bit & 31) << 19) | ((bit >> 5) << 31);
  return {
    add: ADD_X0 | (shift * SHIFTED) | (immediate << 10),
    branch: TBNZ | place | (distance << 5) | register,
    addend: immediate * 4096 ** shift,
  };
}
const DIFFERENT_BLOCKS = 4096 * 64 * 2 * TESTED;

/**
 * Writes blocks of two instructions, from `block` on, so many to a region; all tests of a region lead to its last
 * block, which goes on to the next region, the last one of all to x30. Returns what they add to x0.
 */
function writePair(machine: BareMachine, address: number, block: number, blocksOfRegion: number): bigint {
  const words = new Uint32Array(WORDS_OF_PAIR);
  const wordsOfRegion = 2 * blocksOfRegion;
  const regions = BLOCKS_OF_PAIR / blocksOfRegion;
  const startOf = (region: number): number => (region % 2) * STEPS + (region >> 1) * wordsOfRegion;
  let sum = 0;
  for (let region = 0, number = block; region < regions; region++) {
    const last = startOf(region) + wordsOfRegion - 2;
    for (let at = startOf(region); at <= last; at += 2, number++) {
      const { add, branch, addend } = wordsOf(number, last - at - 1);
      words[at] = add;
      words[at + 1] = branch;
      sum += addend;
    }
    words[last + 1] = BRANCH | ((startOf(region + 1) - last - 1) & BRANCH_OFFSET);
    if (region === regions - 1) words[last + 1] = RET;
  }
  machine.memory.write(address, new Uint8Array(words.buffer));
  return BigInt(sum);
}

/** Seconds: the compilers take up to a millisecond for a block where the host has other work. */
const LONGEST = 60 + BLOCKS / 1000;

describe.each([
  { size: 'one block', blocksOfRegion: 1, blocks: Math.min(BLOCKS, 100_000), cacheSize: 8 * 2 ** 20 },
  { size: '128 blocks', blocksOfRegion: 128, blocks: BLOCKS, cacheSize: 2 * 2 ** 20 },
])('regions of $size', ({ blocksOfRegion, blocks, cacheSize }) => {
  test(`${blocks} different blocks of new code fit in a small cache`, {
    timeout: 1000 * LONGEST,
  }, async () => {
    const ofPair = BLOCKS_OF_PAIR / blocksOfRegion;
    const machine = await bareMachine({
      jit: { threshold: 0, batch: Math.min(ofPair, 16), cacheSize },
      codePages: 2 * PAIRS + 8,
    });
    const regions = machine.engine.regions!;
    let mostUsed = 0;
    const flush = regions.flush.bind(regions);
    regions.flush = () => {
      flush();
      mostUsed = Math.max(mostUsed, regions.memory.used);
    };
    const mostResident = new Array<number>(10).fill(0);
    const began = performance.now();
    for (let block = 0; block < blocks; block += BLOCKS_OF_PAIR) {
      const address = FIRST_PAGE + ((block / BLOCKS_OF_PAIR) % PAIRS) * 0x2000;
      const sum = writePair(machine, address, block, blocksOfRegion);
      machine.setX({ 0: 0, 30: address });
      machine.cpu.pc = BigInt(address);
      // Only instructions that were run before become part of a region.
      for (let ran = 0; ran < WORDS_OF_PAIR; ran += STEPS) machine.engine.run(STEPS);
      // What is called hot at the first pass is compiled by its end.
      machine.engine.run(2 * WORDS_OF_PAIR);
      expect([block, machine.x(0)]).toEqual([block, 3n * sum]);
      const tenth = Math.floor((10 * block) / blocks);
      mostResident[tenth] = Math.max(mostResident[tenth], process.memoryUsage.rss());
    }
    const { evictions, instructions, regions: compiled } = regions.statistics;
    if (blocks >= MEASURED_FROM) {
      const MiB = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
      console.log(
        `${blocks} blocks of ${instructions} instructions in ${compiled} regions, ` +
          `${((performance.now() - began) / 1000).toFixed(0)} s; ${evictions} times emptied; ` +
          `at most ${MiB(mostUsed)} of compiled code; ` +
          `${MiB(mostResident[0])} in the first tenth, ${MiB(mostResident[9])} in the last`,
      );
      expect(mostResident[9] - mostResident[0]).toBeLessThan(cacheSize + SLACK);
    }
    expect(blocks).toBeLessThanOrEqual(DIFFERENT_BLOCKS);
    expect(compiled).toBeGreaterThanOrEqual(blocks / blocksOfRegion);
    expect(instructions).toBeGreaterThanOrEqual(2 * blocks);
    expect(evictions).toBeGreaterThan(blocks / 20_000);
    expect(mostUsed).toBeLessThanOrEqual(cacheSize);
  });
});
