import { Random } from '../../random.ts';
import { word, words } from '../assembly.ts';
import { type Operands, randomWordOf, rowsOf, Weighted } from '../instructions.ts';
import type { Code } from '../program.ts';
import { DATA_BASE, type Flesh, FREE, RANDOM, skeleton } from '../skeleton.ts';
import { integerInstruction } from './integer.ts';
import { caseOf, caseSeed, type Generator, randomLength, randomShape, slices, usualStart } from './shared.ts';

const OPERANDS: Operands = {
  destination: (random) => random.below(FREE),
  source: (random) => random.below(FREE),
};

const ANY = /./;
/** Rows of half precision are as many as the others, and slower: not in every program. */
const NO_HALF = /^(?!.*(half|fp16|BF))/;
const rowsWith = (id: RegExp) =>
  new Weighted([
    [8, rowsOf(/^floating-point-data-processing/, id)],
    [4, rowsOf(/^floating-point-(compare|conditional|immediate)/, id)],
    [5, rowsOf(/^conversion/, id)],
    [
      8,
      rowsOf(/^advsimd-(three-same|two-register|scalar|across|vector-x)/, /^F|CVT/).filter((row) =>
        id.test(row.id),
      ),
    ],
    [5, rowsOf(/^advsimd-(three|two|across|scalar|vector-x|shift)/, /^[^F]/)],
    [5, rowsOf(/^advsimd-(copy|permute|extract|table|modified)/)],
    [1, rowsOf(/^cryptographic/)],
  ]);
const ROWS = { all: rowsWith(ANY), noHalf: rowsWith(NO_HALF) } as const;

/** FPCR's fields that are in a row: AHP, DN, FZ and RMode. */
const CONTROL_MASK = '0x7c00000';

/** Fresh values in V registers: of the data, which has the numbers that matter, and of X registers. */
function refresh(code: Code, random: Random): void {
  for (let count = 3 + random.below(4); count > 0; count--) {
    const v = random.below(32);
    switch (random.below(4)) {
      case 0:
        code.add(word(`fmov d${v}, x${random.below(FREE)}`));
        break;
      case 1:
        code.add(word(`ins v${v}.s[${random.below(4)}], w${random.below(FREE)}`));
        break;
      default: {
        const size = random.pick([0x3ff0, 0x7ff0]);
        code.group(
          words(
            `ror x14, x${RANDOM}, ${random.below(64)}; and x14, x14, ${size}; ldr q${v}, [x${DATA_BASE}, x14]`,
          ),
        );
      }
    }
  }
}

function control(code: Code, random: Random): void {
  switch (random.below(5)) {
    case 0:
      code.add(word(`mrs x${random.below(FREE)}, fpsr`));
      break;
    case 1:
      code.add(word('msr fpsr, xzr'));
      break;
    case 2:
      code.add(word(`mrs x${random.below(FREE)}, fpcr`));
      break;
    case 3:
      code.add(word('msr fpcr, xzr'));
      break;
    default:
      code.group(
        words(`and x14, x${random.oneIn(2) ? RANDOM : random.below(FREE)}, ${CONTROL_MASK}; msr fpcr, x14`),
      );
  }
}

/** Floating point and SIMD; `changing` where the program changes FPCR and FPSR; `half` with half precision. */
export function floatingPointFlesh(changing: boolean, half = false): Flesh {
  const rows = half ? ROWS.all : ROWS.noHalf;
  return {
    head: refresh,
    body(code, random) {
      if (changing && random.oneIn(24)) control(code, random);
      else if (random.oneIn(8)) integerInstruction(code, random);
      else if (random.oneIn(half ? 40 : 16)) refresh(code, random);
      else code.add(randomWordOf(random.pick(rows.pick(random)), random, OPERANDS));
    },
  };
}

/** FPCR: the default, or any rounding mode, DN, FZ, FZ16 and AHP. */
const anyFpcr = (random: Random): number =>
  random.oneIn(2) ? 0 : (random.below(32) << 22) | (random.below(2) << 19);

/** Scalar and vector arithmetic with every kind of number and mode. */
export const floatingPoint: Generator = {
  name: 'floating-point',
  about: 'floating point and SIMD: NaNs, infinities, subnormals, FPCR changed on the way, sticky FPSR',
  share: 6,
  generate(seed, index, scale = 1) {
    const random = new Random(caseSeed('floating-point', seed, index));
    // Half of the programs mostly stay where the host's arithmetic is right.
    const ordinary = random.oneIn(2);
    const flesh = floatingPointFlesh(random.oneIn(ordinary ? 8 : 3), !ordinary);
    const made = skeleton(random, flesh, randomShape(random));
    const start = usualStart(random, made.start, {
      values: ordinary ? 'ordinary' : 'floats',
      fpcr: ordinary ? 0 : anyFpcr(random),
      fpsr: ordinary || random.oneIn(2) ? 0x10 : random.below(32),
    });
    return caseOf('floating-point', seed, index, scale, random, made, {
      start,
      // What the host can't compute takes ten times as long.
      actions: slices(random, Math.ceil(randomLength(random, scale) / (ordinary ? 1 : 8))),
    });
  },
};
