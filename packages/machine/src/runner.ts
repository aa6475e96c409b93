import { ArmatureError, type CpuCluster, type CpuEngine, type StopReason } from '@armature/core';
import type { MachineClock } from './clocks.ts';
import { Sleeper, yieldToEventLoop } from './event-loop.ts';
import type { RunEnd, RunOptions, RunResult } from './machine.ts';
import type { ExceptionLog } from './statistics.ts';

const DEFAULT_SLICE = 1_000_000;
/** V8 swaps optimised WebAssembly in when a function is called again: early slices are short. */
const WARM_UP_SLICE = 50_000;
const WARM_UP_SLICES = 64;
/** Instructions that a CPU runs before it is another's turn. */
const TURN = 50_000;
/** Longest sleep of an idle machine on the host's clock, milliseconds. */
const LONGEST_SLEEP = 1000;

/** How far a machine has run, and whose turn it is until when. */
export interface RunProgress {
  readonly instructions: number;
  readonly turn: number;
  readonly turnEnd: number | null;
}

/** What a slice came to: the end of the run, or how long to stay away from the CPU. */
type SliceEnd = { readonly reason: RunEnd } | { readonly sleep: number };

/** Runs a machine's CPUs, in turns, in step with its clock. */
export class Runner {
  /** Instructions completed since the machine was built. */
  private retired = 0;
  private engineStart = 0;
  /** True while the engine runs. */
  private running = false;
  /** True from the start of a run to its end, its waits included. */
  private busy = false;
  private stopped = false;
  private looping = false;
  private isRetired = false;
  private afterSlice: (() => void) | undefined;
  private power: 'off' | 'reset' | undefined;
  /** Time at which the slice under way ends. */
  private sliceEnd = 0;
  private slices = 0;
  private readonly sleeper = new Sleeper();
  private engines: readonly CpuEngine[] = [];
  /** The CPU whose turn it is. */
  private turn = 0;
  /** Instructions completed when it ends at the latest; a machine of one CPU has one turn. */
  private turnEnd = Number.POSITIVE_INFINITY;
  private clock: MachineClock | undefined;
  private log: ExceptionLog | undefined;

  attach(clock: MachineClock, log: ExceptionLog): void {
    this.clock = clock;
    this.log = log;
  }

  connect(cluster: CpuCluster | undefined): void {
    this.engines = cluster?.engines ?? [];
  }

  /** Instructions completed since the machine was built, also in the middle of a slice. */
  readonly instructions = (): number =>
    this.running ? this.retired + this.engine.instructions - this.engineStart : this.retired;

  /** Where the run stands, for a snapshot. */
  get progress(): RunProgress {
    const turnEnd = Number.isFinite(this.turnEnd) ? this.turnEnd : null;
    return { instructions: this.instructions(), turn: this.turn, turnEnd };
  }

  set progress({ instructions, turn, turnEnd }: RunProgress) {
    this.retired = instructions;
    this.turn = turn;
    this.turnEnd = turnEnd ?? Number.POSITIVE_INFINITY;
  }

  /** A new deadline: a slice that would run past it ends early. */
  readonly deadlineAdded = (at: number): void => {
    if (this.running && at < this.sliceEnd) this.engine.requestStop();
  };

  requestPower(action: 'off' | 'reset'): void {
    this.power = action;
    if (this.running) this.engine.requestStop();
  }

  exceptionLoop(): void {
    this.looping = true;
    if (this.running) this.engine.requestStop();
  }

  stop(): void {
    this.stopped = true;
    if (this.engines.length > 0) this.engine.requestStop();
    this.sleeper.wake();
  }

  /** Nothing runs any more. `then` happens at once, or when the slice under way has ended. */
  retire(then: () => void): void {
    if (this.isRetired) return;
    this.isRetired = true;
    if (this.running) this.afterSlice = then;
    else then();
    this.stop();
  }

  /** Something that may end an idle CPU's wait happened. */
  readonly wake = (): void => this.sleeper.wake();

  reset(): void {
    this.power = undefined;
    this.looping = false;
    this.turn = 0;
    this.turnEnd = this.engines.length > 1 ? this.retired + TURN : Number.POSITIVE_INFINITY;
  }

  async run(options: RunOptions): Promise<RunResult> {
    const budget = options.maxInstructions ?? Number.POSITIVE_INFINITY;
    const slice = options.slice ?? DEFAULT_SLICE;
    const start = this.begin();
    try {
      for (;;) {
        const length = this.slices++ < WARM_UP_SLICES ? Math.min(WARM_UP_SLICE, slice) : slice;
        const end = this.slice(budget - (this.retired - start), length);
        if ('reason' in end) return this.result(end.reason, start);
        if (end.sleep > 0) await this.sleeper.sleep(Math.min(end.sleep, LONGEST_SLEEP));
        else await yieldToEventLoop();
      }
    } finally {
      this.stopped = false;
      this.busy = false;
    }
  }

  runSync(budget: number): RunResult {
    const start = this.begin();
    try {
      for (;;) {
        const end = this.slice(budget - (this.retired - start), DEFAULT_SLICE);
        if ('reason' in end) return this.result(end.reason, start);
      }
    } finally {
      this.stopped = false;
      this.busy = false;
    }
  }

  private get engine(): CpuEngine {
    return this.engines[this.turn];
  }

  private begin(): number {
    if (this.engines.length === 0) {
      throw new ArmatureError('CAPABILITY_MISSING', 'this machine has no CPU to run', {
        hint: 'Add a part that provides cpu.',
      });
    }
    if (this.busy) {
      throw new ArmatureError('UNSUPPORTED', 'this machine is running already', {
        hint: 'Wait for the run to end, or stop it.',
      });
    }
    if (this.isRetired) {
      throw new ArmatureError('UNSUPPORTED', 'this machine was disposed of', {
        hint: 'Build another one.',
      });
    }
    this.busy = true;
    this.stopped = false;
    return this.retired;
  }

  private result(reason: RunEnd, start: number): RunResult {
    const instructions = this.retired - start;
    const exception = reason === 'exception-loop' ? this.log!.firstOfChain : undefined;
    return exception === undefined ? { reason, instructions } : { reason, instructions, exception };
  }

  /** Runs until `length` instructions are done, the run ends, or the CPU has nothing to do for a while. */
  private slice(budget: number, length: number): SliceEnd {
    const clock = this.clock!;
    const end = this.retired + Math.min(budget, length);
    for (;;) {
      if (this.stopped || this.isRetired) return { reason: 'stopped' };
      if (this.power !== undefined) return { reason: this.takePower() };
      if (this.looping) {
        this.looping = false;
        return { reason: 'exception-loop' };
      }
      if (this.retired >= end) return budget <= length ? { reason: 'budget' } : { sleep: 0 };
      clock.advanceTo(clock.now());
      const left = Math.min(end, this.turnEnd) - this.retired;
      // Where time is the host's, nobody counts instructions but for a budget.
      const mayOvershoot = !clock.canSkip && budget === Number.POSITIVE_INFINITY;
      const reason = this.runEngine(Math.min(left, clock.instructionsUntilDeadline()), mayOvershoot);
      if (reason === 'exception-loop') this.looping = true;
      else if (!this.passTurn(reason)) return this.idle(clock);
    }
  }

  /** Chooses the CPU that runs next, round-robin; false when all of them wait. */
  private passTurn(reason: StopReason): boolean {
    const { engines } = this;
    if (engines.length === 1) return reason !== 'waiting' && reason !== 'off';
    if (reason === 'budget' && this.retired < this.turnEnd) return true;
    for (let count = 0; count < engines.length; count++) {
      this.turn = (this.turn + 1) % engines.length;
      if (this.engine.idle) continue;
      this.turnEnd = this.retired + TURN;
      return true;
    }
    // What stopped it is looked at first.
    return reason === 'requested';
  }

  private runEngine(limit: number, mayOvershoot: boolean): StopReason {
    const { engine } = this;
    const clock = this.clock!;
    this.sliceEnd = clock.timeAfter(limit);
    this.engineStart = engine.instructions;
    this.running = true;
    try {
      const outcome = engine.run(limit, mayOvershoot);
      this.retired += outcome.instructions;
      return outcome.reason;
    } finally {
      this.running = false;
      this.afterSlice?.();
      this.afterSlice = undefined;
    }
  }

  /** The CPU waits for an interrupt: moves time on, or says how long to wait. */
  private idle(clock: MachineClock): SliceEnd {
    const deadline = clock.nextDeadline();
    if (deadline === Number.POSITIVE_INFINITY) return { reason: 'waiting' };
    if (clock.canSkip) clock.advanceTo(deadline);
    return { sleep: Math.max(0, (deadline - clock.now()) / 1e6) };
  }

  private takePower(): RunEnd {
    const action = this.power;
    this.power = undefined;
    return action === 'off' ? 'power-off' : 'reset';
  }
}
