/** Giving runs back. */
import {
  add,
  and,
  atLeastUnsigned,
  bit,
  type Code,
  constant,
  differ,
  giveResult,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  type Variable,
  when,
} from '@armature/wasm-assembler';
import { mark, RUN, TAG, USED_SINGLE } from '../layout.ts';
import { listsOf } from './lists.ts';
import { type MakeLocal, recordBytes, type Scope, tag, tagBefore } from './scope.ts';
import { startsOf } from './starts.ts';

const three = constant(TAG.shift);
/** Blocks of higher orders are longer than what a tag can hold. */
const ORDERS = 32 - TAG.shift;
/** Mask of what a tag has beside the length. */
const ALL_MARKS = (1 << TAG.shift) - 1;

/** A run that is freed: its node, its index and its length. */
interface Freed {
  readonly node: Variable;
  readonly index: Variable;
  readonly count: Code;
}

/** Steps of one function, with local variables of their own, that free a run and join it with its free neighbours. */
function joiningOf(scope: Scope, local: MakeLocal) {
  const { insert, remove } = listsOf(scope, local);
  const { deleteStart } = startsOf(scope, local);
  const [beside, start, end, first, length, at] = [local(), local(), local(), local(), local(), local()];
  const isFree = and(beside.get, constant(TAG.free));
  return ({ node, index, count }: Freed): Code => [
    start.set(node.get),
    first.set(index.get),
    length.set(count),
    beside.set(tagBefore(node.get).get),
    when(isFree, [
      beside.set(shiftRight(beside.get, three)),
      tagBefore(node.get).set(constant(0)),
      tag(node.get).set(constant(0)),
      start.set(subtract(node.get, recordBytes(beside.get))),
      first.set(subtract(index.get, beside.get)),
      length.set(add(length.get, beside.get)),
      remove(start.get),
      deleteStart(index.get),
    ]),
    end.set(add(node.get, recordBytes(count))),
    beside.set(tag(end.get).get),
    when(isFree, [
      beside.set(shiftRight(beside.get, three)),
      tag(end.get).set(constant(0)),
      length.set(add(length.get, beside.get)),
      remove(end.get),
      at.set(add(index.get, count)),
      deleteStart(at.get),
      end.set(add(end.get, recordBytes(beside.get))),
    ]),
    tagBefore(end.get).set(or(shiftLeft(length.get, three), constant(TAG.free))),
    tag(start.get).set(or(shiftLeft(length.get, three), constant(mark(RUN.free)))),
    insert(start.get, first.get, length.get),
  ];
}

export function defineGiving(scope: Scope): void {
  const { define, layout, nodeAt } = scope;
  const { base, count: total } = layout;
  const refuse = giveResult(constant(-1));
  const used = constant(mark(RUN.used));

  /** Leaves a function unless frames begin in the range; sets `index` and `node`. */
  const find = (frame: Variable, index: Variable, node: Variable): Code => [
    index.set(subtract(frame.get, constant(base))),
    when(atLeastUnsigned(index.get, constant(total)), refuse),
    node.set(nodeAt(index.get)),
  ];

  define('giveOne', 1, 1, (local, frame) => {
    const join = joiningOf(scope, local);
    const [index, node] = [local(), local()];
    return [
      find(frame!, index, node),
      when(differ(tag(node.get).get, constant(USED_SINGLE)), refuse),
      join({ node, index, count: constant(1) }),
      constant(0),
    ];
  });

  define('giveBlock', 2, 1, (local, frame, order) => {
    const join = joiningOf(scope, local);
    const [index, node, count] = [local(), local(), local()];
    return [
      when(atLeastUnsigned(order!.get, constant(ORDERS)), refuse),
      find(frame!, index, node),
      count.set(bit(order!.get)),
      when(
        or(
          differ(tag(node.get).get, or(shiftLeft(count.get, three), used)),
          and(frame!.get, subtract(count.get, constant(1))),
        ),
        refuse,
      ),
      join({ node, index, count: count.get }),
      constant(0),
    ];
  });

  define('giveRun', 2, 1, (local, frame, count) => {
    const join = joiningOf(scope, local);
    const [index, node, found] = [local(), local(), local()];
    return [
      find(frame!, index, node),
      found.set(tag(node.get).get),
      when(
        or(
          differ(shiftRight(found.get, three), count!.get),
          differ(and(found.get, constant(ALL_MARKS)), used),
        ),
        refuse,
      ),
      join({ node, index, count: count!.get }),
      constant(0),
    ];
  });

  define('release', 1, 0, (local, index) => {
    const join = joiningOf(scope, local);
    const node = local();
    return [node.set(nodeAt(index!.get)), join({ node, index: index!, count: constant(1) })];
  });
}
