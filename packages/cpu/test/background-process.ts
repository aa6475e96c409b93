/**
 * A program: runs a loop while a worker thread compiles it, and says how many modules came from there. The compiler
 * must not keep the process alive.
 */
import { compileInBackground } from '../src/node.ts';
import { bareMachine } from './bare-machine.ts';

const TURNS = 1_000_000;
const LONGEST = 30_000;

compileInBackground();
const machine = await bareMachine({ jit: { threshold: 2, batch: 1 } });
machine.load('1: add x3, x3, x0; sub x0, x0, 1; cbnz x0, 1b; b 1b');
const { statistics } = machine.engine.regions!;
const until = performance.now() + LONGEST;
while (statistics.background === 0 && performance.now() < until) {
  machine.setX({ 0: TURNS, 3: 0 });
  machine.engine.run(3 * TURNS);
}
const right = machine.x(3) === BigInt((TURNS * (TURNS + 1)) / 2);
process.stdout.write(JSON.stringify({ background: statistics.background, right }));
