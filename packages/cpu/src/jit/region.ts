import { CODE_PAGE } from '@armature/core';
import type { Instruction, InstructionDecoder } from './instruction.ts';

/** Instructions in a row that are entered at the first one only; numbers are those of the page's words. */
export interface Block {
  readonly first: number;
  readonly instructions: readonly Instruction[];
  /** First words of the blocks of the region that may follow; the same one twice where a branch goes to the next word. */
  successors: readonly number[];
}

/** What is compiled into one function: blocks of one page, entered at the first word of one of them. */
export interface Region {
  readonly entry: number;
  readonly blocks: ReadonlyMap<number, Block>;
}

/** The most instructions of a region: the engine's overshoot allows for no more than a page. */
export const MOST_INSTRUCTIONS = 320;
/** From this size on, a region ends where another one begins. */
const OWN_INSTRUCTIONS = 64;

export interface PageOfCode {
  word(index: number): number;
  /** The instruction has been executed before. */
  isWarm(index: number): boolean;
  /** A region begins there. */
  isEntry(index: number): boolean;
}

/**
 * Finds the region of an entry: what can be reached from it by direct branches within the page, through
 * instructions that have been executed before. Undefined when there is nothing to compile.
 */
export function findRegion(
  page: PageOfCode,
  entry: number,
  decoder: InstructionDecoder,
  most = MOST_INSTRUCTIONS,
): Region | undefined {
  const found = new Map<number, Instruction>();
  const leaders = new Set([entry]);
  const calls = new Set<number>();
  const queue = [entry];
  for (let from = queue.pop(); from !== undefined; from = queue.pop()) {
    for (let index = from; ; index++) {
      if (found.has(index)) {
        leaders.add(index);
        break;
      }
      if (found.size >= most || !isIncluded(page, index, entry, found.size)) break;
      const instruction = decoder.decode(page.word(index));
      if (instruction === undefined || instruction.flow === 'leave') break;
      found.set(index, instruction);
      const { flow, distance } = instruction;
      const target = index + distance;
      if (flow === 'call' && !isCalledWithin(page, target, found.size)) break;
      if (flow === 'jump' || flow === 'branch' || flow === 'call') {
        if (found.has(target)) leaders.add(target);
        else if (isInPage(target)) {
          leaders.add(target);
          queue.push(target);
        }
      }
      if (flow === 'call') {
        calls.add(index);
        leaders.add(index + 1);
        if (!found.has(index + 1)) queue.unshift(index + 1);
      }
      if (flow === 'branch') leaders.add(index + 1);
      else if (flow !== 'next') break;
    }
  }
  if (!found.has(entry)) return undefined;
  return { entry, blocks: blocksOf(found, leaders, calls) };
}

/** A function of the page that is called becomes part of a small region, and returns within it. */
function isCalledWithin(page: PageOfCode, target: number, size: number): boolean {
  return size < OWN_INSTRUCTIONS && isInPage(target) && page.isWarm(target);
}

const isInPage = (index: number): boolean => index >= 0 && index < CODE_PAGE.recordCount;

function isIncluded(page: PageOfCode, index: number, entry: number, size: number): boolean {
  if (!isInPage(index)) return false;
  if (index === entry) return true;
  return page.isWarm(index) && (size < OWN_INSTRUCTIONS || !page.isEntry(index));
}

function blocksOf(
  found: ReadonlyMap<number, Instruction>,
  leaders: ReadonlySet<number>,
  calls: ReadonlySet<number>,
): ReadonlyMap<number, Block> {
  const returns = [...calls].map((call) => call + 1).filter((index) => found.has(index));
  const blocks = new Map<number, Block>();
  for (const first of leaders) {
    if (!found.has(first)) continue;
    const instructions: Instruction[] = [];
    let index = first;
    for (let instruction = found.get(index); instruction !== undefined; instruction = found.get(index)) {
      if (index !== first && leaders.has(index)) break;
      instructions.push(instruction);
      index++;
      if (instruction.flow !== 'next') break;
    }
    const last = instructions[instructions.length - 1];
    const targets: number[] = [];
    if (last.flow === 'jump' || last.flow === 'branch') targets.push(index - 1 + last.distance);
    if (last.flow === 'next' || last.flow === 'branch') targets.push(index);
    if (last.flow === 'call' && calls.has(index - 1)) targets.push(index - 1 + last.distance);
    if (last.flow === 'return') targets.push(...returns);
    const successors = targets.filter((target) => found.has(target));
    blocks.set(first, { first, instructions, successors });
  }
  return blocks;
}
