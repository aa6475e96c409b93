import type { Clock, CpuState } from '@armature/core';
import type { Thread } from './process.ts';

/** Nanoseconds that a thread runs before it is another's turn. */
const TURN = 2_000_000;

/** Gives one CPU to threads in turn. */
export class Scheduler {
  /** The thread that runs, or ran last. */
  current: Thread | undefined;
  /** The thread whose registers the CPU has. */
  loaded: Thread | undefined;
  /** Turns given so far. */
  switches = 0;
  private readonly queue: Thread[] = [];
  private readonly clock: Clock;
  private readonly cpu: CpuState;
  private readonly words: Int32Array;
  private readonly interrupt: () => void;
  private turnTimer = false;
  private turnOver = false;

  /**
   * @param words machine memory
   * @param interrupt has the CPU enter the kernel soon
   */
  constructor(clock: Clock, cpu: CpuState, words: Int32Array, interrupt: () => void) {
    this.clock = clock;
    this.cpu = cpu;
    this.words = words;
    this.interrupt = interrupt;
  }

  /** Enters a thread that can run. */
  add(thread: Thread): void {
    this.queue.push(thread);
  }

  /** The thread in hand lets others run first. */
  yield(): void {
    this.turnOver = true;
  }

  /** Chooses the thread to return to: the one in hand while its turn lasts, else the next one. */
  choose(): Thread | undefined {
    const { current } = this;
    const goesOn = current?.state === 'runnable' && !current.process.stopped;
    if (goesOn && !(this.turnOver && this.queue.length > 0)) {
      this.limitTurn();
      return current;
    }
    this.turnOver = false;
    if (current?.state === 'runnable') this.queue.push(current);
    this.current = this.next();
    this.limitTurn();
    return this.current;
  }

  /** The CPU gets the registers of a thread. True when it had others. */
  load(thread: Thread): boolean {
    if (this.loaded === thread) return false;
    this.unload();
    thread.registers.load(this.cpu, this.words);
    this.loaded = thread;
    this.switches++;
    return true;
  }

  /** Brings the registers of the thread that has the CPU up to date; they are loaded again before it goes on. */
  unload(): void {
    if (this.loaded === undefined) return;
    this.loaded.registers.save(this.cpu, this.words);
    this.loaded = undefined;
  }

  /** The CPU's registers are nobody's: their thread has ended. */
  discard(): void {
    this.loaded = undefined;
  }

  private next(): Thread | undefined {
    for (let count = this.queue.length; count > 0; count--) {
      const thread = this.queue.shift()!;
      if (thread.state !== 'runnable') continue;
      if (!thread.process.stopped) return thread;
      this.queue.push(thread);
    }
    return undefined;
  }

  /** While others wait, a turn ends. */
  private limitTurn(): void {
    if (this.turnTimer || this.queue.length === 0) return;
    this.turnTimer = true;
    this.clock.schedule(this.clock.now() + TURN, () => {
      this.turnTimer = false;
      this.turnOver = true;
      this.interrupt();
    });
  }
}
