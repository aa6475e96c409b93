/**
 * A trace of processes that come and go, of the kernel's own objects and of cached files: all that is allocated and
 * freed, in an order that does not depend on the allocator.
 *
 * Processes arrive at random. Their sizes and lives are log-normal. Each grows in bursts of page faults, up to four at
 * a time by turns, has page tables and a kernel stack, gives ranges of its memory back on the way, and frees the rest
 * when it ends. One of four large ones asks for huge frames first. Files are read into single frames between the
 * bursts; when memory in use passes its target they are freed from the oldest on, save one part in four that was used
 * again. Objects of the kernel live in slabs, which stay until the
 * last object is gone; some belong to a process, some to a file.
 */
import { FREE_STATUS, NO_FRAME } from '@armature/core';
import type { MeasuredAllocator } from './measured-allocator.ts';
import { normal, type Random, randomOf } from './random.ts';

export interface LifetimesResult {
  readonly allocations: number;
  /** Attempts to get a huge frame, and those that did. */
  readonly hugeAttempts: number;
  readonly hugeFrames: number;
  /** Other allocations of several frames that found nothing. */
  readonly failures: number;
}

const HUGE_ORDER = 9;
const HUGE_FRAMES = 512;

/** Sizes of the slabs of three kinds of objects. */
const SLABS = [
  { order: 0, objects: 21 },
  { order: 1, objects: 32 },
  { order: 3, objects: 32 },
] as const;

interface Slab {
  readonly frame: number;
  readonly kind: number;
  live: number;
}

interface Process {
  /** Frames and orders, by pairs, in the order of addresses. */
  blocks: number[];
  readonly tables: number[];
  readonly objects: Slab[];
  readonly stack: number;
  readonly wanted: number;
  readonly hugeAware: boolean;
  readonly end: number;
  faulted: number;
}

interface CachedFile {
  readonly frames: readonly number[];
  readonly objects: readonly Slab[];
}

const logNormal = (median: number, sigma: number, random: Random): number =>
  median * Math.exp(sigma * normal(random));

/**
 * Runs the trace.
 *
 * @param utilisation share of memory that is in use once the trace is under way, 0 to 1
 * @param look called after each turn, with its number
 * @throws Error when a single frame cannot be had, or a free is refused
 */
export function runLifetimes(
  allocator: MeasuredAllocator,
  utilisation: number,
  turns: number,
  look: (turn: number) => void,
  seed = 7,
): LifetimesResult {
  return new Lifetimes(allocator, utilisation, randomOf(seed)).run(turns, look);
}

class Lifetimes {
  readonly #allocator: MeasuredAllocator;
  readonly #random: Random;
  readonly #target: number;
  readonly #processes: Process[] = [];
  readonly #files: CachedFile[] = [];
  readonly #partial: Slab[][] = SLABS.map(() => []);
  #used = 0;
  #wanted = 0;
  #allocations = 0;
  #hugeAttempts = 0;
  #hugeFrames = 0;
  #failures = 0;

  constructor(allocator: MeasuredAllocator, utilisation: number, random: Random) {
    this.#allocator = allocator;
    this.#random = random;
    this.#target = Math.floor(allocator.count * utilisation);
  }

  run(turns: number, look: (turn: number) => void): LifetimesResult {
    for (let turn = 0; turn < turns; turn++) {
      if (this.#random(4) === 0) this.#arrive(turn);
      const growing = this.#processes.filter(({ faulted, wanted }) => faulted < wanted).slice(0, 4);
      for (let burst = 0; burst < 3; burst++) {
        if (growing.length > 0) this.#grow(growing[this.#random(growing.length)]!);
        for (let reads = this.#random(4); reads > 0; reads--) this.#read();
      }
      for (let at = this.#processes.length - 1; at >= 0; at--) {
        if (this.#processes[at]!.end <= turn) this.#leave(at);
      }
      this.#reclaim();
      look(turn);
    }
    return {
      allocations: this.#allocations,
      hugeAttempts: this.#hugeAttempts,
      hugeFrames: this.#hugeFrames,
      failures: this.#failures,
    };
  }

  #arrive(turn: number): void {
    const random = this.#random;
    const most = this.#target / 8;
    const wanted = Math.floor(Math.min(most, Math.max(64, logNormal(1024, 1.3, random))));
    const life = Math.floor(Math.max(4, logNormal(300, 1.5, random)));
    const hugeAware = random(4) === 0 && wanted >= 4 * HUGE_FRAMES;
    if (this.#wanted + wanted > 0.65 * this.#target) return;
    const process: Process = {
      blocks: [],
      tables: [],
      objects: [],
      stack: this.#several(2),
      wanted,
      hugeAware,
      end: turn + life,
      faulted: 0,
    };
    for (let at = 0; at < 3; at++) process.tables.push(this.#single());
    for (let at = 0; at < 40; at++) process.objects.push(this.#object());
    this.#wanted += wanted;
    this.#processes.push(process);
  }

  /** A burst of page faults; now and then some memory is given back first. */
  #grow(process: Process): void {
    const random = this.#random;
    if (random(16) === 0) this.#giveBack(process, random(0x1_0000) / 0x1_0000, (5 + random(25)) / 100);
    const burst = Math.min(16 + random(240), process.wanted - process.faulted);
    const tablesBefore = process.faulted >> HUGE_ORDER;
    if (process.hugeAware && process.wanted - process.faulted >= HUGE_FRAMES) this.#growHuge(process);
    else for (let at = 0; at < burst; at++) this.#fault(process);
    for (let at = tablesBefore; at < process.faulted >> HUGE_ORDER; at++) {
      process.tables.push(this.#single());
    }
  }

  #growHuge(process: Process): void {
    this.#hugeAttempts++;
    const frame = this.#allocator.alloc(HUGE_ORDER);
    if (frame === NO_FRAME) {
      for (let at = 0; at < HUGE_FRAMES; at++) this.#fault(process);
      return;
    }
    this.#hugeFrames++;
    this.#allocations++;
    this.#used += HUGE_FRAMES;
    process.faulted += HUGE_FRAMES;
    process.blocks.push(frame, HUGE_ORDER);
  }

  #fault(process: Process): void {
    process.blocks.push(this.#single(), 0);
    process.faulted++;
  }

  /** Frees a range of a process's memory. Huge frames go whole or not at all. */
  #giveBack(process: Process, from: number, share: number): void {
    const { blocks } = process;
    const start = Math.floor((from * blocks.length) / 2) * 2;
    const end = Math.min(blocks.length, start + Math.floor((share * blocks.length) / 2) * 2);
    for (let at = start; at < end; at += 2) this.#free(blocks[at]!, blocks[at + 1]!);
    blocks.splice(start, end - start);
  }

  #leave(at: number): void {
    const process = this.#processes[at]!;
    this.#processes[at] = this.#processes.at(-1)!;
    this.#processes.pop();
    this.#wanted -= process.wanted;
    this.#giveBack(process, 0, 1);
    for (const table of process.tables) this.#free(table, 0);
    for (const object of process.objects) this.#drop(object);
    if (process.stack !== NO_FRAME) this.#free(process.stack, 2);
  }

  /** Reads on in a file: 64 KiB. */
  #read(): void {
    const frames = Array.from({ length: 16 }, () => this.#single());
    this.#files.push({ frames, objects: [this.#object()] });
  }

  /** Drops what was read first, but one part in four gets another turn; where there is none, a process is ended. */
  #reclaim(): void {
    const random = this.#random;
    let chances = this.#files.length;
    while (this.#used > this.#target) {
      const file = this.#files.shift();
      if (file === undefined) {
        this.#leave(random(this.#processes.length));
      } else if (chances-- > 0 && random(4) === 0) {
        this.#files.push(file);
      } else {
        for (const frame of file.frames) this.#free(frame, 0);
        for (const object of file.objects) this.#drop(object);
      }
    }
  }

  #object(): Slab {
    const draw = this.#random(8);
    const kind = draw < 4 ? 0 : draw < 7 ? 1 : 2;
    const partial = this.#partial[kind]!;
    let slab = partial.at(-1);
    if (slab === undefined) {
      slab = { frame: this.#several(SLABS[kind]!.order), kind, live: 0 };
      partial.push(slab);
    }
    slab.live++;
    if (slab.live === SLABS[kind]!.objects) partial.pop();
    return slab;
  }

  #drop(slab: Slab): void {
    const { order, objects } = SLABS[slab.kind]!;
    const partial = this.#partial[slab.kind]!;
    if (slab.live === objects) partial.push(slab);
    slab.live--;
    if (slab.live > 0) return;
    partial.splice(partial.lastIndexOf(slab), 1);
    if (slab.frame !== NO_FRAME) this.#free(slab.frame, order);
  }

  #single(): number {
    const frame = this.#allocator.alloc(0);
    if (frame === NO_FRAME) throw new Error('no single frame is left');
    this.#used++;
    this.#allocations++;
    return frame;
  }

  /** A block, or none: what wanted it does without. */
  #several(order: number): number {
    const frame = this.#allocator.alloc(order);
    if (frame === NO_FRAME) {
      this.#failures++;
      return NO_FRAME;
    }
    this.#used += 1 << order;
    this.#allocations++;
    return frame;
  }

  #free(frame: number, order: number): void {
    if (this.#allocator.free(frame, order) !== FREE_STATUS.ok) throw new Error('a free was refused');
    this.#used -= 1 << order;
  }
}
