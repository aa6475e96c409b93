import { ArmatureError, type MemoryManagement, PAGE_SIZE } from '@armature/core';
import type { Machine } from '@armature/machine';
import { PAGE_PROBE_ARGUMENTS, PAGE_PROBE_RESULTS, phase3PageProbe } from '@armature/phase3-kernel';

/** Virtual pages from an address on. */
export interface PageSpan {
  readonly va: bigint;
  readonly pages: number;
}

/** What the guest found. */
export interface PageFindings {
  /** Pages that held what they should in every word. */
  readonly good: number;
  /** Words that held something else, and the address of the first. */
  readonly wrong: number;
  readonly firstWrong: bigint;
  /** The exception that ended it. */
  readonly fault?: { readonly syndrome: bigint; readonly address: bigint };
}

export const PAGE_ACTIONS = { write: 1, check: 2, writeAndCheck: 3 } as const;

const INSTRUCTIONS_PER_PAGE = 8000;
const LIST_BYTES = 16;

type Refusal = { readonly ok: false; readonly reason: string; readonly message: string };

/** The value of a result. @throws ALLOCATION_FAILED with the reason of a refusal */
export function granted<Result extends { readonly ok: true } | Refusal>(
  result: Result,
): Extract<Result, { ok: true }> {
  if (result.ok) return result as Extract<Result, { ok: true }>;
  throw new ArmatureError('ALLOCATION_FAILED', result.message, { context: { reason: result.reason } });
}

/**
 * Has a machine's guest use the memory that its memory manager gives out. The guest's own program and its list are in
 * such memory too, and it translates by the manager's tables.
 */
export class GuestPages {
  readonly manager: MemoryManagement;
  private readonly machine: Machine;
  private readonly program: number;
  private readonly list: number;

  /** The machine has been reset, or has not run yet. @throws ALLOCATION_FAILED when there is no memory for the program */
  constructor(machine: Machine) {
    this.machine = machine;
    this.manager = machine.use('memory-management');
    const code = phase3PageProbe();
    this.program = this.take({ write: false, execute: true, user: false });
    this.list = this.take({ write: true, execute: false, user: false });
    machine.memory.write(this.program, code);
  }

  /**
   * Runs the guest over pages.
   *
   * @param actions one of {@link PAGE_ACTIONS}
   * @param seed what is written, and looked for, differs by it
   */
  run(spans: readonly PageSpan[], actions: number, seed = 1): PageFindings {
    const { machine, manager } = this;
    const room = PAGE_SIZE / LIST_BYTES - 1;
    if (spans.length > room) {
      throw new RangeError(`${spans.length} spans of pages do not fit a list of ${room}`);
    }
    for (const [index, { va, pages }] of [...spans, { va: 0n, pages: 0 }].entries()) {
      machine.memory.writeU64(this.list + LIST_BYTES * index, va);
      machine.memory.writeU64(this.list + LIST_BYTES * index + 8, BigInt(pages));
    }
    const cpu = machine.cpuStates[0]!;
    const values = {
      ...manager.controlRegisters()!,
      list: BigInt(this.list),
      seed: BigInt(seed),
      actions: BigInt(actions),
    };
    for (const [name, register] of Object.entries(PAGE_PROBE_ARGUMENTS)) {
      cpu.setX(register, values[name as keyof typeof values]);
    }
    // Its code is mapped at its physical address, so that it can turn translation on.
    cpu.pc = BigInt(this.program);
    const pages = spans.reduce((sum, span) => sum + span.pages, 1);
    machine.runSync({ maxInstructions: INSTRUCTIONS_PER_PAGE * pages });
    const result = (name: keyof typeof PAGE_PROBE_RESULTS): bigint => cpu.x(PAGE_PROBE_RESULTS[name]);
    const outcome = result('outcome');
    if (outcome > 1n) throw new Error('the guest did not come to its end');
    return {
      good: Number(result('good')),
      wrong: Number(result('wrong')),
      firstWrong: result('firstWrong'),
      ...(outcome === 1n && { fault: { syndrome: result('ESR_EL1'), address: result('FAR_EL1') } }),
    };
  }

  private take(attributes: { write: boolean; execute: boolean; user: boolean }): number {
    const { address } = granted(this.manager.memoryAllocPages(1, { zero: true }));
    granted(this.manager.memoryMap(address, address, 1, attributes));
    return address;
  }
}
