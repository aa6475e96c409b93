/**
 * Boots Linux in this process on machines whose memory is looked at, and prints one line of JSON. What to do is the
 * argument, JSON too. A process for each, so that the host's figures are those of one run.
 */
import { readFileSync } from 'node:fs';
import { ArmatureError, MiB, PAGE_SIZE } from '@armature/core';
import {
  type Arena,
  allocatorByName,
  boot,
  createArena,
  decompressImage,
  type Machine,
  onDemand,
  virt,
} from '@armature/machine';
import { countPages, residentBytes, residentPages } from './host-memory.ts';
import type { ArenaOutcome, BootOutcome, ProbeTask } from './memory.ts';

/** RAM of every guest. */
const RAM = MiB(2048);
const SLICE = 5_000_000;
/** Bytes beside the RAM of each machine. */
const BESIDE = MiB(66);
const PROMPT = /\n# /;

const task = JSON.parse(process.argv[2]) as ProbeTask;
const image = await decompressImage(readFileSync(task.kernel));
const initrd = readFileSync(task.initrd);

/** A Linux guest and what it said. */
class Linux {
  readonly machine: Machine;
  text = '';

  private constructor(machine: Machine) {
    this.machine = machine;
  }

  static async build(arena?: Arena, options: { name?: string; limit?: number } = {}): Promise<Linux> {
    let linux: Linux | undefined;
    const machine = await virt({
      engine: task.engine,
      memory: RAM,
      ...(arena && { backing: onDemand({ arena, ...options }) }),
      onTransmit: (byte) => {
        if (linux) linux.text += String.fromCharCode(byte);
      },
    }).build();
    linux = new Linux(machine);
    return linux;
  }

  boot(): void {
    boot(this.machine, { image, initrd, bootArguments: 'console=ttyAMA0 quiet' });
  }

  type(line: string): void {
    this.text = '';
    this.machine.use('console').write(new TextEncoder().encode(`${line}\n`));
  }

  /** Runs a slice; true when the guest has said something. */
  async runFor(what: RegExp): Promise<boolean> {
    const { reason } = await this.machine.run({ maxInstructions: SLICE });
    if (what.test(this.text)) return true;
    if (reason !== 'budget') throw new Error(`${reason}, not ${what}: ${this.text.slice(-500)}`);
    return false;
  }

  async runUntil(what: RegExp): Promise<void> {
    while (!(await this.runFor(what)));
  }

  /** Types a command whose answer is known. */
  async answers(): Promise<boolean> {
    this.type('echo $((6 * 7)) | md5sum');
    await this.runUntil(/\n[\da-f]{32} {2}-/);
    return this.text.includes('50a2fabfdd276f573ff97ace8b11c5f4');
  }
}

async function bootOne(backing: 'whole' | 'on-demand'): Promise<BootOutcome> {
  const arena =
    backing === 'on-demand'
      ? createArena({ size: RAM, overhead: BESIDE, allocator: allocatorByName('bitmap') })
      : undefined;
  const linux = await Linux.build(arena);
  const { memory, regions } = linux.machine.memory;
  const before = residentBytes();
  linux.boot();
  await linux.runUntil(PROMPT);
  if (!(await linux.answers())) throw new Error(`a wrong answer: ${linux.text}`);
  const first = arena ? arena.overhead : regions.find(({ kind }) => kind === 'ram')!.hostOffset;
  const pages = residentPages(memory);
  return {
    ram: RAM,
    residentRam: countPages(pages, first, first + RAM) * PAGE_SIZE,
    residentBeside: countPages(pages, 0, first) * PAGE_SIZE,
    process: residentBytes() - before,
    ...(arena && { frames: arena.statistics.frames.used * PAGE_SIZE }),
  };
}

/** Eight guests in one arena, in turns; one of them wants more than it may have; then another takes its place. */
async function shareArena(machines: number): Promise<ArenaOutcome> {
  const arena = createArena({
    name: 'shared',
    size: machines * MiB(112),
    overhead: machines * BESIDE,
    allocator: allocatorByName('bitmap'),
  });
  const limit = MiB(160);
  const guests: Linux[] = [];
  for (let index = 1; index <= machines; index++) {
    guests.push(await Linux.build(arena, { name: `guest ${index}`, limit }));
  }
  for (const guest of guests) guest.boot();
  const booting = new Set(guests);
  while (booting.size > 0) {
    for (const guest of booting) if (await guest.runFor(PROMPT)) booting.delete(guest);
  }
  const answered: boolean[] = [];
  for (const guest of guests) answered.push(await guest.answers());
  const { memory } = guests[0].machine.memory;
  const used = arena.statistics.frames.used * PAGE_SIZE;
  const resident = () =>
    countPages(residentPages(memory), arena.overhead, memory.buffer.byteLength) * PAGE_SIZE;
  const residentRam = resident();

  const [greedy, ...others] = guests;
  const refusals: string[] = [];
  greedy.type('cat /dev/zero > /fill');
  try {
    await greedy.runUntil(/No space/);
  } catch (error) {
    if (!(error instanceof ArmatureError)) throw error;
    refusals.push(`${error.code}: ${error.message}; ${error.hint}`);
  }
  for (const guest of others) answered.push(await guest.answers());

  const { peak } = arena.statistics.frames;
  greedy.machine.dispose();
  const next = await Linux.build(arena, { name: 'next', limit });
  next.boot();
  await next.runUntil(PROMPT);
  answered.push(await next.answers());
  return {
    machines,
    ram: machines * RAM,
    residentRam,
    frames: used,
    answered,
    refusals,
    peak: peak * PAGE_SIZE,
    peakAfterReuse: arena.statistics.frames.peak * PAGE_SIZE,
    residentAfterReuse: resident(),
  };
}

const outcome = 'machines' in task ? await shareArena(task.machines) : await bootOne(task.backing);
process.stdout.write(`${JSON.stringify(outcome)}\n`);
