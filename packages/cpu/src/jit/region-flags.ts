import { CPU_STATE } from '@armature/core';
import type { FlagValues, Width } from '../emitter/emitter.ts';
import { type Expr, eq, type I32, type I64, i32, local } from '../emitter/expressions.ts';
import {
  conditionHolds,
  FLAG_LOCAL_TYPES,
  FLAGS,
  type FlagLocals,
  type FlagsKind,
  flagValues,
  wideFlags,
} from './flags.ts';
import { RegionOperands } from './region-operands.ts';

/** The condition flags: locals keep what they follow from, until something asks for them. */
export abstract class RegionFlags extends RegionOperands {
  protected readonly flagLocals = Object.fromEntries(
    Object.entries(FLAG_LOCAL_TYPES).map(([name, type]) => [name, this.newLocal(type)]),
  ) as unknown as FlagLocals;

  private setKind(kind: FlagsKind): void {
    this.assign(this.flagLocals.kind, i32(kind));
    this.known.flags = kind;
  }

  setFlags(flags: FlagValues): void {
    const { n, z, c, v } = wideFlags(flags);
    const { flagLocals } = this;
    const held = [this.let(n), flags.n === flags.z ? undefined : this.let(z), this.let(c), this.let(v)];
    this.assign(flagLocals.n, held[0]!);
    this.assign(flagLocals.z, held[1] ?? held[0]!);
    this.assign(flagLocals.c, held[2]!);
    this.assign(flagLocals.v, held[3]!);
    this.setKind(FLAGS.held);
  }

  override setFlagsOfSum<T extends Width>(left: Expr<T>, right: Expr<T>, sum: Expr<T>): void {
    if (this.isInArm) super.setFlagsOfSum(left, right, sum);
    else this.setOperands(left.type === 'i64' ? FLAGS.sum64 : FLAGS.sum32, left, right);
  }

  override setFlagsOfDifference<T extends Width>(left: Expr<T>, right: Expr<T>, difference: Expr<T>): void {
    if (this.isInArm) super.setFlagsOfDifference(left, right, difference);
    else this.setOperands(left.type === 'i64' ? FLAGS.difference64 : FLAGS.difference32, left, right);
  }

  override setFlagsOfLogic<T extends Width>(result: Expr<T>): void {
    if (this.isInArm) super.setFlagsOfLogic(result);
    else this.setOperands(result.type === 'i64' ? FLAGS.logic64 : FLAGS.logic32, result);
  }

  private setOperands(kind: FlagsKind, a: Expr, b?: Expr): void {
    const { flagLocals } = this;
    this.assign(a.type === 'i64' ? flagLocals.a64 : flagLocals.a32, a);
    if (b !== undefined) this.assign(a.type === 'i64' ? flagLocals.b64 : flagLocals.b32, b);
    this.setKind(kind);
  }

  flags(): { n: I64; z: I64; c: I32; v: I64 } {
    return wideFlags(this.currentFlags());
  }

  carry(): I32 {
    return this.currentFlags().c;
  }

  condition(_field: string): I32 {
    return conditionHolds(this.instruction_.fields.cond, this.settledFlags(), this.flagLocals, this.state);
  }

  private currentFlags(): FlagValues {
    return flagValues(this.settledFlags(), this.flagLocals, this.state);
  }

  /** Where paths with flags of several kinds meet, they are stored before they are asked for. */
  private settledFlags(): FlagsKind {
    if (this.known.flags !== FLAGS.unknown) return this.known.flags;
    this.storeUnknownFlags();
    this.assign(this.flagLocals.kind, i32(FLAGS.stored));
    if (!this.isInArm) this.known.flags = FLAGS.stored;
    return FLAGS.stored;
  }

  /** Stores the flags; they stay known as they are. */
  protected storeFlags(): void {
    const kind = this.known.flags;
    if (kind === FLAGS.stored) return;
    if (kind === FLAGS.unknown) {
      this.storeUnknownFlags();
      return;
    }
    this.storeFlagValues(kind);
  }

  private storeFlagValues(kind: FlagsKind): void {
    const { n, z, c, v } = wideFlags(flagValues(kind, this.flagLocals, this.state));
    const held = n === z ? n : this.let(n);
    this.setState64(CPU_STATE.flagN, held);
    this.setState64(CPU_STATE.flagZ, n === z ? held : z);
    this.setState32(CPU_STATE.flagC, c);
    this.setState64(CPU_STATE.flagV, v);
  }

  protected storeUnknownFlags(): void {
    const { flagLocals, code } = this;
    const kind = local('i32', flagLocals.kind);
    this.if(kind, () =>
      this.if(
        eq(kind, i32(FLAGS.held)),
        () => this.storeFlagValues(FLAGS.held),
        () => {
          const { a64, b64, a32, b32 } = flagLocals;
          for (const index of [flagLocals.kind, a64, b64, a32, b32]) code.localGet(index);
          code.call(this.functions.storeFlags);
        },
      ),
    );
  }
}
