/** Million operations a second of processor time: `node test/speed.ts [operation]`. */
import * as sf from '../src/index.ts';

const COUNT = 4096;
const ROUNDS = 700;
const context = new sf.FloatContext();

let seed = 1;
const word = (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
  return seed;
};
const fill = (f: () => number) => Int32Array.from({ length: COUNT }, f);
// Normal operands of like size: exponents within 8 of each other.
const lo = fill(word);
const hi = fill(() => (word() & 0x800f_ffff) | ((1020 + (word() & 7)) << 20));
const single = fill(() => (word() & 0x807f_ffff) | ((124 + (word() & 7)) << 23));
const half = fill(() => (word() & 0x83ff) | ((12 + (word() & 7)) << 10));

let sink = 0;
function measure(name: string, f: (i: number, j: number) => void): void {
  let best = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < 5; trial += 1) {
    const start = process.cpuUsage().user;
    for (let round = 0; round < ROUNDS; round += 1)
      for (let i = 0; i < COUNT; i += 1) f(i, (i * 5 + round) & (COUNT - 1));
    best = Math.min(best, process.cpuUsage().user - start);
  }
  console.log(`${name.padEnd(28)}${((ROUNDS * COUNT) / best).toFixed(0).padStart(5)} M/s`);
}

const wide =
  (f: (c: sf.FloatContext, al: number, ah: number, bl: number, bh: number) => void) =>
  (i: number, j: number) => {
    f(context, lo[i]!, hi[i]!, lo[j]!, hi[j]!);
    sink ^= context.lo;
  };
const narrow =
  (data: Int32Array, f: (c: sf.FloatContext, a: number, b: number) => number) => (i: number, j: number) => {
    sink ^= f(context, data[i]!, data[j]!);
  };

const runs: [string, () => (i: number, j: number) => void][] = [
  ['add64', () => wide(sf.add64)],
  ['mul64', () => wide(sf.mul64)],
  ['div64', () => wide(sf.div64)],
  ['add32', () => narrow(single, sf.add32)],
  ['mul32', () => narrow(single, sf.mul32)],
  ['div32', () => narrow(single, sf.div32)],
  ['add16', () => narrow(half, sf.add16)],
  ['mul16', () => narrow(half, sf.mul16)],
  [
    'sqrt64',
    () => (i) => {
      sf.sqrt64(context, lo[i]!, hi[i]! & 0x7fff_ffff);
      sink ^= context.lo;
    },
  ],
  [
    'mulAdd64',
    () => (i, j) => {
      sf.mulAdd64(context, lo[i]!, hi[j]!, lo[i]!, hi[i]!, lo[j]!, hi[j]!);
      sink ^= context.lo;
    },
  ],
  [
    'mulAdd32',
    () => (i, j) => {
      sink ^= sf.mulAdd32(context, single[(i + 7) & 4095]!, single[i]!, single[j]!);
    },
  ],
  [
    'compare64',
    () => (i, j) => {
      sink ^= sf.compare64(context, lo[i]!, hi[i]!, lo[j]!, hi[j]!, false);
    },
  ],
  [
    'convert64To32',
    () => (i) => {
      sink ^= sf.convert64To32(context, lo[i]!, hi[i]!);
    },
  ],
  [
    'toFixed64',
    () => (i) => {
      sf.toFixed64(context, lo[i]!, hi[i]!, 64, false, 0, sf.Rounding.Zero);
      sink ^= context.lo;
    },
  ],
  [
    'fromFixed64',
    () => (i, j) => {
      sf.fromFixed64(context, lo[i]!, lo[j]!, false, 0);
      sink ^= context.lo;
    },
  ],
];
const chosen = process.argv.slice(2);
for (const [name, make] of runs) if (chosen.length === 0 || chosen.includes(name)) measure(name, make());
if (sink === 0.5) console.log(sink);
