/** Waiting on words of memory. @spec Linux, futex(2) */
import { ACCESS } from '@armature/core';
import { fail } from '../errno.ts';
import type { UserMemory } from '../memory/user-memory.ts';
import { WaitQueue } from '../wait.ts';
import type { Process } from './process.ts';

/** A thread that waits on a word. */
export interface FutexWaiter {
  key: string;
  readonly mask: number;
  readonly queue: WaitQueue;
  woken: boolean;
}

export class Futexes {
  private readonly waiting = new Map<string, FutexWaiter[]>();

  /** What names a word: its place in machine memory where memory is shared, else its address in the process. */
  key(process: Process, address: number): string {
    const area = process.space.areas.at(Math.floor(address / 4096));
    if (area === undefined) fail('EFAULT');
    if (!area.shared) return `${process.space.asid}:${address}`;
    return `shared:${process.memory.reach(address, ACCESS.read)}`;
  }

  /** Enters a waiter. */
  add(key: string, mask: number): FutexWaiter {
    const waiter: FutexWaiter = { key, mask, queue: new WaitQueue(), woken: false };
    const list = this.waiting.get(key);
    if (list === undefined) this.waiting.set(key, [waiter]);
    else list.push(waiter);
    return waiter;
  }

  remove(waiter: FutexWaiter): void {
    const list = this.waiting.get(waiter.key);
    const index = list?.indexOf(waiter) ?? -1;
    if (list === undefined || index < 0) return;
    list.splice(index, 1);
    if (list.length === 0) this.waiting.delete(waiter.key);
  }

  /** Wakes waiters of an address, in the order they came. Gives how many. */
  wake(process: Process, address: number, count: number, mask = 0xffff_ffff): number {
    if (this.waiting.size === 0) return 0;
    return this.wakeKey(this.key(process, address), count, mask);
  }

  wakeKey(key: string, count: number, mask: number): number {
    let woken = 0;
    for (const waiter of [...(this.waiting.get(key) ?? [])]) {
      if (woken >= count) break;
      if ((waiter.mask & mask) === 0) continue;
      this.remove(waiter);
      waiter.woken = true;
      waiter.queue.wakeAll();
      woken++;
    }
    return woken;
  }

  /** Moves waiters to another word. */
  requeue(from: string, to: string, count: number): number {
    if (from === to) return 0;
    let moved = 0;
    for (const waiter of [...(this.waiting.get(from) ?? [])]) {
      if (moved >= count) break;
      this.remove(waiter);
      waiter.key = to;
      const list = this.waiting.get(to);
      if (list === undefined) this.waiting.set(to, [waiter]);
      else list.push(waiter);
      moved++;
    }
    return moved;
  }
}

/** The word that a waiter compares. @throws EFAULT, EINVAL */
export function futexWord(memory: UserMemory, address: number): number {
  if (address % 4 !== 0) fail('EINVAL');
  return memory.u32(address);
}
