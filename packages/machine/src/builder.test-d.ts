/** Compiled by the type check: what a builder's type accepts and refuses. */
import type { PhysicalMemory } from '@armature/core';
import { fakeCpu, fakeExceptions } from '../test/fakes.ts';
import { type CannotBuild, createMachine } from './builder.ts';
import { ram } from './parts/ram.ts';
import { wiredInterrupts } from './parts/wired-interrupts.ts';

const base = createMachine()
  .use(ram({ base: 0x4000_0000, size: 4096 }))
  .use(fakeCpu());

// @ts-expect-error this expression is not callable: CannotBuild<'no part provides exceptions'> has no call signatures
base.build();

/** The type of `build` names what is missing. */
export const missing: CannotBuild<'no part provides exceptions'> = base.build;

export async function complete(): Promise<PhysicalMemory> {
  const machine = await base.use(wiredInterrupts()).use(fakeExceptions()).build();
  // @ts-expect-error no part of this machine provides firmware
  machine.use('firmware');
  machine.use('interrupt-controller').line({ type: 'spi', number: 1 });
  return machine.use('ram');
}

/** The order of use does not matter. */
export const early = createMachine().use(wiredInterrupts()).use(fakeExceptions()).use(fakeCpu()).build;
