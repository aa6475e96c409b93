/** Taking frames of free runs. */
import {
  add,
  and,
  atLeastUnsigned,
  block,
  type Code,
  choose,
  constant,
  equal,
  giveResult,
  isZero,
  jumpIf,
  leadingZeros,
  less,
  lessUnsigned,
  loop,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  trailingZeros,
  type Variable,
  when,
} from '@armature/wasm-assembler';
import { CLASSES, mark, RECORD_BYTES, RUN, STATE, TAG, USED_SINGLE } from '../layout.ts';
import { levels, listsOf, stepOf } from './lists.ts';
import { type MakeLocal, next, recordBytes, type Scope, tag, tagBefore, word } from './scope.ts';
import { startsOf } from './starts.ts';

const NONE = constant(-1);
/** As many as bits of a word that is not negative. */
const ORDERS = 31;
const three = constant(TAG.shift);
const free = constant(mark(RUN.free));
const used = constant(mark(RUN.used));
const lengthOf = (node: Code): Code => shiftRight(tag(node).get, three);
const ended = (length: Code): Code => or(shiftLeft(length, three), constant(TAG.free));
const begun = (length: Code): Code => or(shiftLeft(length, three), free);

/** What is cut out of a free run. */
interface Cut {
  /** The free run. */
  readonly node: Variable;
  readonly index: Variable;
  readonly length: Variable;
  /** Frames left before; none when there is no such variable. */
  readonly lead?: Variable;
  readonly count: Code;
  /** What the tag of the new run has beside its length. */
  readonly marked: Code;
}

/** Steps of one function, with local variables of their own. */
function cuttingOf(scope: Scope, local: MakeLocal) {
  const lists = listsOf(scope, local);
  const { addStart } = startsOf(scope, local);
  const [end, last, start, rest, at] = [local(), local(), local(), local(), local()];
  return {
    ...lists,
    /** Makes frames of a free run a run of their own, which `index` is set to; what is left before and behind stays free. */
    cut: ({ node, index, length, lead, count, marked }: Cut): Code => [
      lists.remove(node.get),
      last.set(add(node.get, recordBytes(length.get))),
      rest.set(subtract(length.get, count)),
      start.set(node.get),
      lead === undefined
        ? []
        : when(lead.get, [
            rest.set(subtract(rest.get, lead.get)),
            start.set(add(node.get, recordBytes(lead.get))),
            tagBefore(start.get).set(ended(lead.get)),
            tag(node.get).set(begun(lead.get)),
            lists.insert(node.get, index.get, lead.get),
            index.set(add(index.get, lead.get)),
            addStart(index.get),
          ]),
      end.set(add(start.get, recordBytes(count))),
      tagBefore(end.get).set(constant(0)),
      tag(start.get).set(or(shiftLeft(count, three), marked)),
      when(rest.get, [
        tagBefore(last.get).set(ended(rest.get)),
        tag(end.get).set(begun(rest.get)),
        at.set(add(index.get, count)),
        lists.insert(end.get, at.get, rest.get),
        addStart(at.get),
      ]),
    ],
  };
}

export function defineTaking(scope: Scope): void {
  const { define, indexOf, layout, nodeAt } = scope;
  const { base, count: total } = layout;
  const given = word(constant(0), STATE.given);

  define('takeOne', 0, 1, (local) => {
    const { cut, findIn } = cuttingOf(scope, local);
    const [node, index, length] = [local(), local(), local()];
    return [
      when(isZero(levels.get), giveResult(NONE)),
      findIn(node, levels.get),
      index.set(indexOf(node.get)),
      length.set(lengthOf(node.get)),
      cut({ node, index, length, count: constant(1), marked: used }),
      add(index.get, constant(base)),
    ];
  });

  define('takeAligned', 2, 1, (local, order, count) => {
    const { cut, findIn } = cuttingOf(scope, local);
    const [some, node, index, length, lead] = [local(), local(), local(), local(), local()];
    return [
      when(atLeastUnsigned(order!.get, constant(ORDERS)), giveResult(NONE)),
      some.set(and(levels.get, shiftLeft(constant(-1), order!.get))),
      when(isZero(some.get), giveResult(NONE)),
      findIn(node, some.get),
      index.set(indexOf(node.get)),
      length.set(lengthOf(node.get)),
      lead.set(
        and(subtract(constant(-base), index.get), subtract(shiftLeft(constant(1), order!.get), constant(1))),
      ),
      cut({ node, index, length, lead, count: count!.get, marked: used }),
      add(index.get, constant(base)),
    ];
  });

  define('takeRun', 1, 1, (local, count) => {
    const { classes, cut, findIn, headOf } = cuttingOf(scope, local);
    const [node, index, length, level, step] = [local(), local(), local(), local(), local()];
    const [own, some, last, shortest] = [local(), local(), local(), local()];
    return [
      when(atLeastUnsigned(subtract(count!.get, constant(1)), constant(total)), giveResult(NONE)),
      last.set(subtract(constant(31), leadingZeros(count!.get))),
      // The lowest level with runs of the length.
      level.set(subtract(constant(30), leadingZeros(add(count!.get, constant(1))))),
      shortest.set(constant(0x7fff_ffff)),
      loop('level', [
        step.set(stepOf(level.get)),
        own.set(
          shiftRight(subtract(add(count!.get, shiftLeft(constant(1), step.get)), constant(1)), step.get),
        ),
        some.set(and(classes(level.get).get, shiftLeft(constant(-1), own.get))),
        block('longer', [
          jumpIf('longer', atLeastUnsigned(own.get, constant(CLASSES))),
          jumpIf('longer', isZero(some.get)),
          own.set(trailingZeros(some.get)),
          length.set(shiftLeft(own.get, step.get)),
          jumpIf('longer', atLeastUnsigned(length.get, shortest.get)),
          shortest.set(length.get),
          node.set(next(headOf(level.get, own.get)).get),
        ]),
        level.set(add(level.get, constant(1))),
        jumpIf('level', lessUnsigned(level.get, add(last.get, constant(1)))),
      ]),
      when(isZero(node.get), [
        some.set(and(levels.get, shiftLeft(constant(-2), last.get))),
        when(isZero(some.get), giveResult(NONE)),
        findIn(node, some.get),
      ]),
      index.set(indexOf(node.get)),
      length.set(lengthOf(node.get)),
      cut({ node, index, length, count: count!.get, marked: used }),
      add(index.get, constant(base)),
    ];
  });

  define('takeFrom', 4, 0, (local, start, index, count, state) => {
    const { cut } = cuttingOf(scope, local);
    const [node, length, lead] = [local(), local(), local()];
    return [
      node.set(nodeAt(start!.get)),
      length.set(lengthOf(node.get)),
      lead.set(subtract(index!.get, start!.get)),
      cut({ node, index: start!, length, lead, count: count!.get, marked: state!.get }),
    ];
  });

  define('takeSome', 1, 1, (local, most) => {
    const { cut, findIn } = cuttingOf(scope, local);
    const { addStart } = startsOf(scope, local);
    const [node, index, length, at] = [local(), local(), local(), local()];
    return [
      when(isZero(levels.get), giveResult(NONE)),
      findIn(node, levels.get),
      index.set(indexOf(node.get)),
      length.set(lengthOf(node.get)),
      most!.set(choose(length.get, most!.get, lessUnsigned(length.get, most!.get))),
      given.set(most!.get),
      cut({ node, index, length, count: most!.get, marked: used }),
      at.set(index.get),
      block('single', [
        jumpIf('single', equal(most!.get, constant(1))),
        tag(node.get).set(constant(USED_SINGLE)),
        loop('frame', [
          node.set(add(node.get, constant(RECORD_BYTES))),
          at.set(add(at.get, constant(1))),
          tag(node.get).set(constant(USED_SINGLE)),
          addStart(at.get),
          most!.set(subtract(most!.get, constant(1))),
          jumpIf('frame', less(constant(1), most!.get)),
        ]),
      ]),
      add(index.get, constant(base)),
    ];
  });

  define('insert', 2, 0, (local, index, length) => {
    const { insert } = listsOf(scope, local);
    const node = local();
    return [node.set(nodeAt(index!.get)), insert(node.get, index!.get, length!.get)];
  });
}
