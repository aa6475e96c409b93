import { CODE_PAGE } from '@armature/core';
import type { Code, InnerLabel } from '../wasm/code.ts';
import type { ValueType } from '../wasm/opcodes.ts';
import type { RegionFunctions } from './calling-convention.ts';
import { analyse, type ControlFlow } from './control-flow.ts';
import { FLAGS, type FlagsKind } from './flags.ts';
import type { RegionProfile } from './profile.ts';
import type { Block, Region } from './region.ts';
import { RegionEmitter } from './region-emitter.ts';
import type { Knowledge, RegisterSets } from './region-operands.ts';

export interface CompiledRegion {
  readonly locals: readonly ValueType[];
  readonly code: Code;
  /** What the locals hold, by index; the first one is the parameter. */
  readonly localNames: () => ReadonlyMap<number, string>;
}

/** The machine that a region is compiled for. */
export interface RegionTarget {
  readonly functions: RegionFunctions;
  /** Offset of the state block. */
  readonly state: number;
  readonly heatBias: number;
  /** Counts what the region does. */
  readonly profile?: RegionProfile;
  /** Has the code marked with the numbers of the instructions that it is for. */
  readonly marks?: boolean;
}

/** Makes a function of a region whose page has its records at `records`. */
export function compileRegion(region: Region, records: number, target: RegionTarget): CompiledRegion {
  return new RegionCompiler(region, records, target).run();
}

/** Turns blocks into structured control flow, as the dominator tree nests them. */
class RegionCompiler {
  private readonly region: Region;
  private readonly flow: ControlFlow;
  private readonly emitter: RegionEmitter;
  /** Labels of the blocks that are under way: of a loop its beginning, of a merge block the end before it. */
  private readonly labels = new Map<number, InnerLabel>();
  /** Kinds of flags with which merge blocks are reached. */
  private readonly flagsInto = new Map<number, FlagsKind>();
  private readonly spills = new Map<number, { readonly spills: Code[]; readonly written: RegisterSets }>();
  /** Place of the block in hand. */
  private current = 0;

  constructor(region: Region, records: number, target: RegionTarget) {
    this.region = region;
    this.flow = analyse(region);
    this.emitter = new RegionEmitter({
      ...target,
      records,
      control: {
        goTo: (index) => this.goTo(index),
        returns: () => this.flow.order[this.current].successors,
      },
    });
  }

  run(): CompiledRegion {
    const { emitter } = this;
    this.emitTree(0);
    const code = emitter.finish(this.region.entry, this.exitSets());
    return { locals: emitter.localTypes, code, localNames: () => emitter.localNames() };
  }

  /** A block and all that it dominates. */
  private emitTree(place: number): void {
    const { flow, emitter } = this;
    const block = flow.order[place];
    if (!flow.isLoopHeader.has(place)) {
      this.emitWithin(place, flow.merges.get(place) ?? []);
      return;
    }
    // Each turn may come with flags of another kind.
    emitter.known.flags = FLAGS.unknown;
    emitter.known.stackAligned = false;
    this.labels.set(place, emitter.code.loop());
    emitter.checkBudget(block.first);
    this.emitWithin(place, flow.merges.get(place) ?? []);
    emitter.code.end();
    this.labels.delete(place);
  }

  /** The block in as many blocks of code as it has merge blocks below it, each of which follows one. */
  private emitWithin(place: number, merges: readonly number[]): void {
    const { emitter } = this;
    if (merges.length === 0) {
      this.emitBlock(place);
      return;
    }
    const [merge, ...inner] = merges;
    const before = { ...emitter.known };
    this.labels.set(merge, emitter.code.block());
    this.emitWithin(place, inner);
    emitter.code.end();
    this.labels.delete(merge);
    emitter.known = this.knownAtMerge(merge, place, before);
    this.emitTree(merge);
  }

  /** What a merge block may rely on: what its parent knew at its end, and flags that all paths agree on. */
  private knownAtMerge(merge: number, parent: number, before: Knowledge): Knowledge {
    const checked = this.checkedAt.get(parent) ?? before.floatingPointChecked;
    return {
      flags: this.flagsInto.get(merge) ?? FLAGS.unknown,
      floatingPointChecked: checked,
      stackAligned: false,
    };
  }

  /** Whether floating point was known to be enabled at the end of a block. */
  private readonly checkedAt = new Map<number, boolean>();

  private emitBlock(place: number): void {
    const { emitter } = this;
    const block = this.flow.order[place];
    const outer = this.current;
    this.current = place;
    const written = { x: 0, v: 0 };
    const spills: Code[] = [];
    this.spills.set(place, { spills, written });
    emitter.written = written;
    emitter.spills = spills;
    emitter.ended = false;
    for (const [position, instruction] of block.instructions.entries()) {
      const index = block.first + position;
      const isLast = position === block.instructions.length - 1;
      if (isLast) this.beforeLast(place);
      emitter.emitInstruction(instruction, index, position);
    }
    if (!emitter.ended) {
      emitter.countBlock(block.instructions.length);
      this.checkedAt.set(place, emitter.known.floatingPointChecked);
      this.goTo(block.first + block.instructions.length);
    }
    this.current = outer;
  }

  private beforeLast(place: number): void {
    this.checkedAt.set(place, this.emitter.known.floatingPointChecked);
  }

  /** Emits the way to an instruction of the page: a branch, the block itself, or an exit. */
  private goTo(index: number): void {
    const { emitter, flow } = this;
    const from = this.current;
    const block = flow.order[from];
    if (block.successors.includes(index)) {
      const place = flow.place.get(index)!;
      if (place > from && !flow.isMerge.has(place)) {
        this.emitTree(place);
        this.restore(from);
        return;
      }
      if (place > from) this.noteFlags(place);
      emitter.code.br(this.labels.get(place)!);
      return;
    }
    if (index < 0 || index >= CODE_PAGE.recordCount) emitter.exitBeyondPage(index);
    else emitter.exitTo(index);
  }

  /** After a block below this one: its exits are this block's again. */
  private restore(place: number): void {
    const { spills, written } = this.spills.get(place)!;
    this.current = place;
    this.emitter.spills = spills;
    this.emitter.written = written;
    this.emitter.ended = true;
  }

  private noteFlags(place: number): void {
    const kind = this.emitter.known.flags;
    const noted = this.flagsInto.get(place);
    this.flagsInto.set(place, noted === undefined || noted === kind ? kind : FLAGS.unknown);
  }

  /** Which registers each exit stores: those that may have been written on the way to it. */
  private exitSets(): Map<Code, RegisterSets> {
    const { order, place } = this.flow;
    const into: RegisterSets[] = order.map(() => ({ x: 0, v: 0 }));
    for (let changed = true; changed; ) {
      changed = false;
      for (const [index, block] of order.entries())
        changed = this.flowOut(block, index, into, place) || changed;
    }
    const sets = new Map<Code, RegisterSets>();
    for (const [index, { spills, written }] of this.spills) {
      const all = { x: into[index].x | written.x, v: into[index].v | written.v };
      for (const code of spills) sets.set(code, all);
    }
    return sets;
  }

  private flowOut(
    block: Block,
    index: number,
    into: readonly RegisterSets[],
    place: ReadonlyMap<number, number>,
  ): boolean {
    const written = this.spills.get(index)?.written ?? { x: 0, v: 0 };
    const x = into[index].x | written.x;
    const v = into[index].v | written.v;
    let changed = false;
    for (const successor of block.successors) {
      const sets = into[place.get(successor)!];
      if ((sets.x | x) === sets.x && (sets.v | v) === sets.v) continue;
      sets.x |= x;
      sets.v |= v;
      changed = true;
    }
    return changed;
  }
}
