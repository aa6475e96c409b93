/** Taking and freeing single frames: the paths that most calls take. */
import {
  add,
  atLeastUnsigned,
  bit,
  block,
  type Code,
  choose,
  constant,
  differ,
  equal,
  giveResult,
  increase,
  isZero,
  jump,
  jumpIf,
  leadingZeros,
  less,
  load,
  loop,
  type Place,
  shiftLeft,
  store,
  subtract,
  trailingZeros,
  type Variable,
  when,
  word,
} from '@armature/wasm-assembler';
import { KIND, STATE } from '../layout.ts';
import { available, type Blocks } from './blocks.ts';
import type { MakeLocal, Scope } from './scope.ts';

type MakeBlocks = (local: MakeLocal) => Blocks;

/** Leaves a function with -1 unless a frame is a single one in use; sets `index`. */
const checkSingle = ({ kind, layout }: Scope, frame: Variable, index: Variable): Code => [
  index.set(subtract(frame.get, constant(layout.base))),
  when(atLeastUnsigned(index.get, constant(layout.count)), giveResult(constant(-1))),
  when(differ(kind(index.get).get, constant(KIND.used)), giveResult(constant(-1))),
];

/** Straight from the lists. */
export function defineSingles(scope: Scope, blocks: MakeBlocks): void {
  const { define, kind, layout } = scope;

  define('takeOne', 0, 1, (local) => {
    const { take } = blocks(local);
    const [index, orders] = [local(), local()];
    return [
      orders.set(available.get),
      when(isZero(orders.get), giveResult(constant(-1))),
      take(index, constant(0), orders),
      kind(index.get).set(constant(KIND.used)),
      available.set(orders.get),
      add(index.get, constant(layout.base)),
    ];
  });

  define('giveOne', 1, 1, (local, frame) => {
    const { give } = blocks(local);
    const [index, order, orders] = [local(), local(), local()];
    return [
      checkSingle(scope, frame!, index),
      order.set(constant(0)),
      orders.set(available.get),
      give(index, order, orders),
      available.set(orders.get),
      constant(0),
    ];
  });

  define('release', 1, 0, (local, index) => {
    const { give } = blocks(local);
    const [order, orders] = [local(), local()];
    return [
      order.set(constant(0)),
      orders.set(available.get),
      give(index!, order, orders),
      available.set(orders.get),
    ];
  });

  define('empty', 1, 0, () => []);
}

/** Through the magazine of the CPU that is chosen. */
export function defineCachedSingles(scope: Scope, blocks: MakeBlocks): void {
  const { define, inner, kind, layout } = scope;
  const { capacity, cpus } = layout;
  const half = (capacity + 1) >>> 1;
  const size = word(STATE.magazineSize);
  const slots = word(STATE.magazineSlots);
  const slot = (number: Code): Place => {
    const offset = shiftLeft(number, constant(2));
    const [address, first] = cpus === 1 ? [offset, layout.slots] : [add(offset, slots.get), 0];
    return { get: load(address, first), set: (value) => store(address, value, first) };
  };

  /** Moves what is in the magazine, from a slot on, to its beginning. */
  const moveDown = (from: Variable, at: Variable): Code => [
    at.set(constant(0)),
    block('moved', [
      loop('slot', [
        jumpIf('moved', atLeastUnsigned(at.get, size.get)),
        slot(at.get).set(slot(add(at.get, from.get)).get),
        increase(at),
        jump('slot'),
      ]),
    ]),
  ];

  /** Fills half of the empty magazine, the frames to hand out first on top. */
  const fill = inner(0, 0, (local) => {
    const { take } = blocks(local);
    const [left, orders, order, fits, index, end] = [local(), local(), local(), local(), local(), local()];
    return [
      left.set(constant(half)),
      orders.set(available.get),
      block('full', [
        loop('block', [
          jumpIf('full', isZero(left.get)),
          jumpIf('full', isZero(orders.get)),
          // Whole blocks where they fit: that saves splitting them, and the largest is not split further than it must.
          order.set(trailingZeros(orders.get)),
          fits.set(subtract(constant(31), leadingZeros(left.get))),
          order.set(choose(order.get, fits.get, less(order.get, fits.get))),
          take(index, order.get, orders),
          end.set(add(index.get, bit(order.get))),
          loop('frame', [
            kind(index.get).set(constant(KIND.cached)),
            left.set(subtract(left.get, constant(1))),
            slot(left.get).set(index.get),
            increase(index),
            jumpIf('frame', less(index.get, end.get)),
          ]),
          jump('block'),
        ]),
      ]),
      available.set(orders.get),
      size.set(subtract(constant(half), left.get)),
      when(left.get, moveDown(left, index)),
    ];
  });

  /** Puts so many of the oldest frames of the magazine back on the lists. */
  const empty = define('empty', 1, 0, (local, frames) => {
    const { give } = blocks(local);
    const [at, index, order, orders] = [local(), local(), local(), local()];
    return [
      orders.set(available.get),
      block('emptied', [
        loop('slot', [
          jumpIf('emptied', equal(at.get, frames!.get)),
          index.set(slot(at.get).get),
          order.set(constant(0)),
          give(index, order, orders),
          increase(at),
          jump('slot'),
        ]),
      ]),
      available.set(orders.get),
      size.set(subtract(size.get, frames!.get)),
      moveDown(frames!, at),
    ];
  });

  /** Puts a frame into the magazine; half of a full one goes back to the lists first. */
  const cache = (index: Variable, top: Variable): Code => [
    top.set(size.get),
    when(equal(top.get, constant(capacity)), [empty(constant(half)), top.set(size.get)]),
    slot(top.get).set(index.get),
    size.set(add(top.get, constant(1))),
    kind(index.get).set(constant(KIND.cached)),
  ];

  define('release', 1, 0, (local, index) => cache(index!, local()));

  define('giveOne', 1, 1, (local, frame) => {
    const [index, top] = [local(), local()];
    return [checkSingle(scope, frame!, index), cache(index, top), constant(0)];
  });

  define('takeOne', 0, 1, (local) => {
    const [top, index] = [local(), local()];
    return [
      top.set(size.get),
      when(isZero(top.get), [fill(), top.set(size.get), when(isZero(top.get), giveResult(constant(-1)))]),
      top.set(subtract(top.get, constant(1))),
      size.set(top.get),
      index.set(slot(top.get).get),
      kind(index.get).set(constant(KIND.used)),
      add(index.get, constant(layout.base)),
    ];
  });
}
