/**
 * What is done most, as WebAssembly functions of one call each: taking and freeing single frames, whole children and
 * blocks inside a word, and looking through the trees. A call into WebAssembly takes about a nanosecond, and an atomic
 * instruction there a quarter of an `Atomics` call. The steps, their order and what makes them safe are described in
 * `children.ts` and `trees.ts`, which see to the rest.
 */
import {
  CHILD_FRAMES,
  CHILD_ORDER,
  CHILD_WORDS,
  CONTINUES,
  EPOCH,
  EPOCHS,
  FREE,
  HINT,
  HINT_SHIFT,
  HUGE,
  MEASURED,
  PINNED,
  RUNS,
  TREE_RESERVED,
  WHOLE,
} from '../layout.ts';
import { type AccessKind, defineAtomicSteps, importAccess } from './access.ts';
import {
  add,
  and,
  atLeast,
  atLeastUnsigned,
  block,
  type Code,
  choose,
  constant,
  differ,
  divideUnsigned,
  equal,
  exclusiveOr,
  giveResult,
  greater,
  isZero,
  jump,
  jumpIf,
  leadingZeros,
  less,
  loop,
  ModuleBuilder,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  trailingZeros,
  type Variable,
  when,
} from './assembler.ts';

/** Results that are no frame and no status. */
export const RESULT = {
  /** There is none here. */
  none: -1,
  /** Nothing was done: the caller must look closer. */
  unsure: -1,
  /** The right to a block was taken and no block found: the caller must give it up. */
  notFound: -2,
} as const;

const STATUS = { ok: 0, doubleFree: 1, outOfRange: 5 } as const;
/** Trees that are compared before the best of them is taken. */
const COMPARED = 64;
/** Order of a word of 32 frames, and the bytes of a child's words. */
const WORD_ORDER = 5;
const CHILD_BYTES = CHILD_WORDS * 4;
/** Bit that a hint above an order sets once 15 less the order is added to it. */
const ABOVE = 16;

/** Numbers of a worker's counters. */
export const COUNTER = { allocations: 0, frees: 1, failures: 2 } as const;

/** Words of a worker's own. */
const OWN = { entry: 0, word: 1, tree: 2, whole: 3, passedOver: 4 } as const;

/** What the module is made for: addresses in bytes, and numbers. */
export interface Geometry {
  readonly entries: number;
  readonly longest: number;
  readonly busy: number;
  readonly inside: number;
  readonly trees: number;
  readonly hints: number;
  /** The worker's counters, and its own words. */
  readonly counters: number;
  readonly own: number;
  readonly base: number;
  readonly origin: number;
  readonly frames: number;
  readonly childCount: number;
  readonly treeCount: number;
  readonly treeOrder: number;
}

export interface Operations {
  /** Takes one frame of the child of the cursor, and counts it. @returns the frame, or `RESULT.none` when it got none */
  take(): number;
  /** Frees one frame, any integer, and counts it. @returns a status, or `RESULT.unsure` */
  free(frame: number): number;
  /** Takes a whole child, and counts it. @returns its first frame, or `RESULT.none` */
  takeWhole(): number;
  /** Frees a child that is used as a whole, given any integer, and counts it. @returns a status, or `RESULT.unsure` */
  freeWhole(frame: number): number;
  /** Takes 2^order frames of a child, order 1 to 5. @returns the first index, `RESULT.none` or `RESULT.notFound` */
  takeBlock(child: number, order: number): number;
  /**
   * Frees 2 to 16 frames, naturally aligned and managed, when they are seen at a glance to be a run that is not
   * reserved. @returns a status, or `RESULT.unsure`
   */
  freeBlock(index: number, order: number): number;
  /**
   * Counts frames of a child as free whose busy bits are clear already: an aligned block around an index. Raises the
   * hints.
   */
  giveBack(child: number, frames: number, index: number): void;
  /** The first tree from a number on whose hint is above an order, below 15, or `RESULT.none`. */
  nextTree(from: number, order: number): number;
  /**
   * The tree to take blocks of an order from: of those nobody else has reserved, rather one in part used than a free
   * one, and rather one that will last. `own` is the worker's. `RESULT.none` when there is none.
   */
  pick(order: number, own: number): number;
  /** Whether the last pick left out a tree only because another worker has it. */
  passedOver(): number;
  /**
   * Where to look for a run of free frames: an index from which on there is one, or was when it was looked at, or
   * `RESULT.none`. A run of so many frames has an aligned block in it for which the child's hint is at least `hint`.
   */
  findRun(frames: number, hint: number, from: number): number;
  /** Free frames of a tree. */
  treeFree(tree: number): number;
  /** Raises a tree's hint after a child's rose to `hint`. */
  raise(child: number, hint: number): void;
  /** Lowers a tree's hint to what its children say. */
  lower(tree: number): void;
  /** What the hint of a tree must at least be: one more than the largest order that its children may have free. */
  hintByChildren(tree: number): number;
  /** Moves the cursors. */
  seek(child: number, word: number, tree: number, whole: number): void;
  cursorChild(): number;
  cursorWord(): number;
  cursorTree(): number;
  cursorWhole(): number;
}

const increase = (variable: Variable, by = 1): Code => variable.set(add(variable.get, constant(by)));
const bits = (value: Code): Code => subtract(constant(32), leadingZeros(value));
const free = (entry: Code): Code => and(entry, constant(FREE));
const field = (entry: Code): Code => and(shiftRight(entry, constant(HINT_SHIFT)), constant(15));

/** The module's bytes. The geometry is in them as constants: they are at hand where imported ones are loads in a row. */
export function operations(kind: AccessKind, geometry: Geometry): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const { load, peek, store, swap, count, own } = importAccess(builder, kind, geometry);
  const names = Object.entries(geometry).map(([name, value]) => [name, constant(value)]);
  const at = Object.fromEntries(names) as Readonly<Record<keyof Geometry, Code>>;
  /** Index of the first frame, and what a busy word's first frame is more than eight times its address. */
  const first = constant(geometry.base - geometry.origin);
  const originOfBytes = constant(geometry.origin - geometry.busy * 8);
  const cursor = {
    /** Addresses of the child's word, or 0, and of the busy word. */
    entry: own(OWN.entry),
    word: own(OWN.word),
    tree: own(OWN.tree),
    whole: own(OWN.whole),
    passedOver: own(OWN.passedOver),
  };
  const define: ModuleBuilder['define'] = (...parts) => builder.define(...parts);

  const word = (array: Code, index: Code): Code => add(array, shiftLeft(index, constant(2)));
  /** The smaller of two variables. */
  const smaller = (left: Variable, right: Variable): Code =>
    choose(left.get, right.get, less(left.get, right.get));
  const endOf = (tree: Variable, end: Variable): Code => [
    ...end.set(shiftLeft(add(tree.get, constant(1)), at.treeOrder)),
    ...when(greater(end.get, at.childCount), end.set(at.childCount)),
  ];
  const firstOf = (tree: Variable): Code => shiftLeft(tree.get, at.treeOrder);
  /** Changes a word by what is read: `next` may leave with a result instead. */
  const change = (label: string, address: Variable, value: Variable, check: Code, next: Code): Code => [
    loop(
      label,
      ...value.set(peek(address.get)),
      ...check,
      ...jumpIf(label, isZero(swap(address.get, value, next))),
    ),
  ];

  /** As `change`, where others seldom come between: the loop, which costs even when it is left at once, comes second. */
  const changeSoon = (label: string, address: Variable, value: Variable, check: Code, next: Code): Code => [
    block(
      `${label} done`,
      ...value.set(peek(address.get)),
      ...check,
      ...jumpIf(`${label} done`, swap(address.get, value, next)),
      ...change(label, address, value, check, next),
    ),
  ];

  /** One more than the largest order that a child may have free: its hint, bounded by its counter. */
  const hintOf = define('hintOf', 1, 1, (local, entry) => {
    const [hint, bound] = [local(), local()];
    return [...hint.set(field(entry!.get)), ...bound.set(bits(free(entry!.get))), ...smaller(hint, bound)];
  });

  const raiseTo = define('raiseTo', 2, 0, (local, tree, hint) => {
    const [address, before] = [local(), local()];
    return [
      ...address.set(word(at.hints, tree!.get)),
      ...before.set(load(address.get)),
      ...when(less(before.get, hint!.get), [
        loop(
          'again',
          ...before.set(load(address.get)),
          ...when(less(before.get, hint!.get), jumpIf('again', isZero(swap(address.get, before, hint!.get)))),
        ),
      ]),
    ];
  });

  const raise = define('raise', 2, 0, (local, child, hint) => {
    const [order, each, end] = [local(), local(), local()];
    return [
      block(
        'known',
        ...jumpIf('known', differ(hint!.get, constant(WHOLE))),
        // Free children around a free one make larger blocks.
        loop(
          'order',
          ...increase(order),
          ...jumpIf('known', greater(order.get, at.treeOrder)),
          ...each.set(and(child!.get, shiftLeft(constant(-1), order.get))),
          ...end.set(add(each.get, shiftLeft(constant(1), order.get))),
          ...jumpIf('known', greater(end.get, at.childCount)),
          loop(
            'child',
            ...jumpIf('known', differ(free(load(word(at.entries, each.get))), constant(CHILD_FRAMES))),
            ...increase(each),
            ...jumpIf('child', less(each.get, end.get)),
          ),
          ...increase(hint!),
          ...jump('order'),
        ),
      ),
      ...raiseTo(shiftRight(child!.get, at.treeOrder), hint!.get),
    ];
  });

  const hintByChildren = define('hintByChildren', 1, 1, (local, tree) => {
    const [child, end, hint, found, whole, order, pairs] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    return [
      ...child.set(firstOf(tree!)),
      ...endOf(tree!, end),
      loop(
        'child',
        ...found.set(hintOf(load(word(at.entries, child.get)))),
        ...when(
          equal(found.get, constant(WHOLE)),
          whole.set(or(whole.get, shiftLeft(constant(1), subtract(child.get, firstOf(tree!))))),
          when(greater(found.get, hint.get), hint.set(found.get)),
        ),
        ...increase(child),
        ...jumpIf('child', less(child.get, end.get)),
      ),
      ...when(isZero(whole.get), giveResult(hint.get)),
      // `whole` keeps the first child of each aligned block of 2^order free ones.
      loop(
        'order',
        ...pairs.set(and(whole.get, shiftRight(whole.get, shiftLeft(constant(1), order.get)))),
        ...when(
          less(order.get, constant(4)),
          pairs.set(
            and(
              pairs.get,
              divideUnsigned(
                constant(-1),
                subtract(shiftLeft(constant(1), shiftLeft(constant(2), order.get)), constant(1)),
              ),
            ),
          ),
          pairs.set(and(pairs.get, constant(1))),
        ),
        ...when(pairs.get, [
          ...whole.set(pairs.get),
          ...increase(order),
          ...jumpIf('order', less(order.get, constant(5))),
        ]),
      ),
      ...add(constant(WHOLE), order.get),
    ];
  });

  const lower = define('lower', 1, 0, (local, tree) => {
    const [address, before, hint] = [local(), local(), local()];
    return [
      ...address.set(word(at.hints, tree!.get)),
      ...before.set(load(address.get)),
      ...hint.set(hintByChildren(tree!.get)),
      ...when(less(hint.get, before.get), [
        ...when(
          swap(address.get, before, hint.get),
          // A child may have risen after it was looked at, and before the tree's hint fell.
          raiseTo(tree!.get, hintByChildren(tree!.get)),
        ),
      ]),
    ];
  });

  const treeFree = define('treeFree', 1, 1, (local, tree) => {
    const [child, end, frames] = [local(), local(), local()];
    return [
      ...child.set(firstOf(tree!)),
      ...endOf(tree!, end),
      loop(
        'child',
        ...frames.set(add(frames.get, free(peek(word(at.entries, child.get))))),
        ...increase(child),
        ...jumpIf('child', less(child.get, end.get)),
      ),
      ...frames.get,
    ];
  });

  /** Whether one of four trees from a multiple of four on has a hint above 15 less `gap`. */
  const groupHas = (tree: Variable, gap: Code, address: Variable): Code => {
    const raised = (index: number): Code => add(peek(add(address.get, constant(index * 4))), gap);
    return [
      ...address.set(word(at.hints, tree.get)),
      ...and(or(or(raised(0), raised(1)), or(raised(2), raised(3))), constant(ABOVE)),
    ];
  };

  define('nextTree', 2, 1, (local, tree, order) => {
    const [gap, address] = [local(), local()];
    return [
      ...gap.set(subtract(constant(15), order!.get)),
      loop(
        'tree',
        ...when(atLeast(tree!.get, at.treeCount), giveResult(constant(RESULT.none))),
        ...when(isZero(and(tree!.get, constant(3))), [
          ...when(isZero(groupHas(tree!, gap.get, address)), [...increase(tree!, 4), ...jump('tree')]),
        ]),
        ...when(greater(peek(word(at.hints, tree!.get)), order!.get), giveResult(tree!.get)),
        ...increase(tree!),
        ...jump('tree'),
      ),
      ...constant(RESULT.none),
    ];
  });

  /** Goes on with the tree after the next four when none of them has a hint above 15 less `gap`. */
  const skipFour = (label: string, next: Variable, left: Variable, gap: Code, address: Variable): Code => [
    ...when(and(isZero(and(next.get, constant(3))), atLeast(left.get, constant(4))), [
      ...when(less(add(next.get, constant(3)), at.treeCount), [
        ...when(isZero(groupHas(next, gap, address)), [
          ...increase(next, 4),
          ...left.set(subtract(left.get, constant(4))),
          ...jump(label),
        ]),
      ]),
    ]),
  ];

  define('pick', 2, 1, (local, order, own) => {
    const [next, tree, left, gap, address, frames] = [local(), local(), local(), local(), local(), local()];
    const [best, score, bestScore, compared] = [local(), local(), local(), local()];
    return [
      ...cursor.passedOver.set(constant(0)),
      ...best.set(constant(RESULT.none)),
      ...bestScore.set(constant(-1)),
      ...gap.set(subtract(constant(15), order!.get)),
      ...next.set(add(cursor.tree.get, constant(1))),
      ...left.set(at.treeCount),
      block(
        'enough',
        loop(
          'tree',
          ...jumpIf('enough', isZero(left.get)),
          ...when(atLeast(next.get, at.treeCount), next.set(constant(0))),
          ...skipFour('tree', next, left, gap.get, address),
          ...tree.set(next.get),
          ...increase(next),
          ...left.set(subtract(left.get, constant(1))),
          ...jumpIf('tree', less(peek(word(at.hints, tree.get)), add(order!.get, constant(1)))),
          ...frames.set(treeFree(tree.get)),
          ...when(less(frames.get, shiftLeft(constant(1), order!.get)), [
            // Not looked at again before something is freed there.
            ...lower(tree.get),
            ...jump('tree'),
          ]),
          ...when(differ(tree.get, own!.get), [
            ...when(and(peek(word(at.trees, tree.get)), constant(TREE_RESERVED)), [
              ...cursor.passedOver.set(constant(1)),
              ...jump('tree'),
            ]),
          ]),
          ...score.set(subtract(shiftLeft(constant(CHILD_FRAMES), at.treeOrder), frames.get)),
          ...when(greater(score.get, bestScore.get), [...best.set(tree.get), ...bestScore.set(score.get)]),
          ...increase(compared),
          ...jumpIf('tree', less(compared.get, constant(COMPARED))),
        ),
      ),
      ...when(and(isZero(order!.get), atLeast(best.get, constant(0))), cursor.tree.set(best.get)),
      ...best.get,
    ];
  });

  define('take', 0, 1, (local) => {
    const [address, entry, wordAt, value] = [local(), local(), local(), local()];
    const takeBit = swap(wordAt.get, value, or(value.get, add(value.get, constant(1))));
    return [
      ...address.set(cursor.entry.get),
      ...when(isZero(address.get), giveResult(constant(RESULT.none))),
      ...changeSoon(
        'right',
        address,
        entry,
        when(isZero(free(entry.get)), giveResult(constant(RESULT.none))),
        subtract(entry.get, constant(1)),
      ),
      ...wordAt.set(cursor.word.get),
      block(
        'taken',
        ...value.set(peek(wordAt.get)),
        ...when(differ(value.get, constant(-1)), jumpIf('taken', takeBit)),
        // With the right to a frame there is a clear bit somewhere.
        loop(
          'word',
          ...value.set(load(wordAt.get)),
          ...when(equal(value.get, constant(-1)), [
            ...wordAt.set(
              or(
                and(wordAt.get, constant(-CHILD_BYTES)),
                and(add(wordAt.get, constant(4)), constant(CHILD_BYTES - 1)),
              ),
            ),
            ...jump('word'),
          ]),
          ...jumpIf('word', isZero(takeBit)),
        ),
        ...cursor.word.set(wordAt.get),
      ),
      ...count(COUNTER.allocations),
      ...add(
        add(originOfBytes, shiftLeft(wordAt.get, constant(3))),
        trailingZeros(exclusiveOr(value.get, constant(-1))),
      ),
    ];
  });

  /** Whether the naturally aligned block of 2^order frames around a frame is free by its bits; order 0 to 8. */
  const isBlockFree = define('isBlockFree', 2, 1, (local, index, order) => {
    const [address, end] = [local(), local()];
    return [
      ...address.set(word(at.busy, shiftRight(index!.get, constant(WORD_ORDER)))),
      ...when(less(order!.get, constant(WORD_ORDER)), [
        ...giveResult(isZero(and(load(address.get), blockAround(index!.get, order!.get)))),
      ]),
      ...end.set(shiftLeft(constant(4), subtract(order!.get, constant(WORD_ORDER)))),
      ...address.set(
        add(
          at.busy,
          and(
            shiftLeft(shiftRight(index!.get, constant(WORD_ORDER)), constant(2)),
            subtract(constant(0), end.get),
          ),
        ),
      ),
      ...end.set(add(address.get, end.get)),
      loop(
        'word',
        ...when(load(address.get), giveResult(constant(0))),
        ...increase(address, 4),
        ...jumpIf('word', less(address.get, end.get)),
      ),
      ...constant(1),
    ];
  });

  const giveBack = define('giveBack', 3, 0, (local, child, frames, index) => {
    const [address, entry, counted, hint, rest] = [local(), local(), local(), local(), local()];
    return [
      ...address.set(word(at.entries, child!.get)),
      ...change(
        'again',
        address,
        entry,
        [
          ...counted.set(add(free(entry.get), frames!.get)),
          ...hint.set(field(entry.get)),
          ...rest.set(and(entry.get, constant(~(FREE | HINT | MEASURED)))),
          ...when(
            equal(counted.get, constant(CHILD_FRAMES)),
            [...hint.set(constant(WHOLE)), ...rest.set(and(rest.get, constant(~RUNS)))],
            [
              block(
                'raised',
                loop(
                  'raise',
                  ...jumpIf('raised', atLeast(hint.get, constant(CHILD_ORDER))),
                  ...jumpIf('raised', isZero(isBlockFree(index!.get, hint.get))),
                  ...increase(hint),
                  ...jump('raise'),
                ),
              ),
            ],
          ),
        ],
        add(or(or(rest.get, counted.get), shiftLeft(hint.get, constant(HINT_SHIFT))), constant(EPOCH)),
      ),
      ...hint.set(hintOf(or(counted.get, shiftLeft(hint.get, constant(HINT_SHIFT))))),
      ...when(greater(hint.get, hintOf(entry.get)), raise(child!.get, hint.get)),
    ];
  });

  define('free', 1, 1, (local, frame) => {
    const [index, address, entry, wordAt, value, bit, hint] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    return [
      ...when(
        atLeastUnsigned(subtract(frame!.get, at.base), at.frames),
        giveResult(constant(STATUS.outOfRange)),
      ),
      ...index.set(subtract(frame!.get, at.origin)),
      ...address.set(word(at.entries, shiftRight(index.get, constant(CHILD_ORDER)))),
      ...when(and(peek(address.get), constant(HUGE | RUNS | PINNED)), giveResult(constant(RESULT.unsure))),
      ...wordAt.set(word(at.busy, shiftRight(index.get, constant(WORD_ORDER)))),
      ...bit.set(shiftLeft(constant(1), index.get)),
      ...changeSoon(
        'clear',
        wordAt,
        value,
        when(isZero(and(value.get, bit.get)), giveResult(constant(STATUS.doubleFree))),
        exclusiveOr(value.get, bit.get),
      ),
      ...value.set(exclusiveOr(value.get, bit.get)),
      ...count(COUNTER.frees),
      block(
        'uncommon',
        // The common course: the frame joins no block larger than the hint says, and does not make the child free.
        ...changeSoon(
          'count',
          address,
          entry,
          [
            ...jumpIf('uncommon', equal(free(entry.get), constant(CHILD_FRAMES - 1))),
            ...hint.set(field(entry.get)),
            ...when(less(hint.get, constant(CHILD_ORDER)), [
              ...when(
                less(hint.get, constant(WORD_ORDER)),
                jumpIf('uncommon', isZero(and(value.get, blockAround(index.get, hint.get)))),
                jumpIf('uncommon', isZero(value.get)),
              ),
            ]),
          ],
          and(add(entry.get, constant(EPOCH + 1)), constant(~MEASURED)),
        ),
        // Passing a power of two the counter lifts its bound of the hint.
        ...when(isZero(and(free(entry.get), free(add(entry.get, constant(1))))), [
          ...raise(shiftRight(index.get, constant(CHILD_ORDER)), hintOf(add(entry.get, constant(1)))),
        ]),
        ...giveResult(constant(STATUS.ok)),
      ),
      ...giveBack(shiftRight(index.get, constant(CHILD_ORDER)), constant(1), index.get),
      ...constant(STATUS.ok),
    ];
  });

  define('takeWhole', 0, 1, (local) => {
    const [tree, left, address, child, end, entry] = [local(), local(), local(), local(), local(), local()];
    /** The first free child from a variable on before the end: leaves with its frame. */
    const takeIn = (label: string): Code => [
      loop(
        label,
        ...address.set(word(at.entries, child.get)),
        ...entry.set(peek(address.get)),
        ...when(equal(free(entry.get), constant(CHILD_FRAMES)), [
          ...jumpIf(
            label,
            isZero(
              swap(address.get, entry, or(and(entry.get, constant(~(FREE | HINT | RUNS))), constant(HUGE))),
            ),
          ),
          ...cursor.whole.set(add(child.get, constant(1))),
          ...count(COUNTER.allocations),
          ...giveResult(add(at.origin, shiftLeft(child.get, constant(CHILD_ORDER)))),
        ]),
        ...increase(child),
        ...jumpIf(label, less(child.get, end.get)),
      ),
    ];
    return [
      // On from the last one to the end of its tree, then tree by tree.
      ...child.set(cursor.whole.get),
      ...tree.set(shiftRight(child.get, at.treeOrder)),
      block(
        'rest',
        ...endOf(tree, end),
        ...jumpIf('rest', atLeast(child.get, end.get)),
        ...takeIn('here'),
        ...increase(tree),
      ),
      ...left.set(at.treeCount),
      loop(
        'tree',
        ...when(isZero(left.get), giveResult(constant(RESULT.none))),
        ...when(atLeast(tree.get, at.treeCount), tree.set(constant(0))),
        ...skipFour('tree', tree, left, constant(15 - CHILD_ORDER), address),
        ...when(atLeast(peek(word(at.hints, tree.get)), constant(WHOLE)), [
          ...child.set(firstOf(tree)),
          ...endOf(tree, end),
          ...takeIn('child'),
          ...lower(tree.get),
        ]),
        ...increase(tree),
        ...left.set(subtract(left.get, constant(1))),
        ...jump('tree'),
      ),
      ...constant(RESULT.none),
    ];
  });

  define('freeWhole', 1, 1, (local, frame) => {
    const [index, child, address, entry] = [local(), local(), local(), local()];
    const unsure = giveResult(constant(RESULT.unsure));
    return [
      ...index.set(subtract(frame!.get, at.origin)),
      ...child.set(shiftRight(index.get, constant(CHILD_ORDER))),
      ...when(
        or(
          and(index.get, constant(CHILD_FRAMES - 1)),
          or(less(index.get, first), atLeast(child.get, at.childCount)),
        ),
        unsure,
      ),
      ...address.set(word(at.entries, child.get)),
      ...entry.set(peek(address.get)),
      // Behind the last child are zeros. A run that goes on is told by the next child.
      ...when(
        or(
          differ(and(entry.get, constant(HUGE | CONTINUES | PINNED)), constant(HUGE)),
          and(peek(add(address.get, constant(4))), constant(RUNS | CONTINUES)),
        ),
        unsure,
      ),
      ...when(
        isZero(
          swap(
            address.get,
            entry,
            and(
              add(
                exclusiveOr(entry.get, constant(HUGE)),
                constant(EPOCH + (WHOLE << HINT_SHIFT) + CHILD_FRAMES),
              ),
              constant(~MEASURED),
            ),
          ),
        ),
        unsure,
      ),
      ...count(COUNTER.frees),
      // Larger blocks are there only with the child beside it.
      ...when(
        differ(free(load(word(at.entries, exclusiveOr(child.get, constant(1))))), constant(CHILD_FRAMES)),
        raiseTo(shiftRight(child.get, at.treeOrder), constant(WHOLE)),
        raise(child.get, constant(WHOLE)),
      ),
      ...constant(STATUS.ok),
    ];
  });

  define('takeBlock', 2, 1, (local, child, order) => {
    const [address, entry, end, value, starts, mask, frames] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    const none = giveResult(constant(RESULT.none));
    const halve = (distance: number, kept: number): Code => [
      ...starts.set(and(and(starts.get, shiftRight(starts.get, constant(distance))), constant(kept))),
    ];
    const KEPT = [0x5555_5555, 0x1111_1111, 0x0101_0101, 0x0001_0001, 1];
    return [
      ...frames.set(shiftLeft(constant(1), order!.get)),
      ...mask.set(subtract(shiftLeft(constant(1), frames.get), constant(1))),
      ...when(equal(order!.get, constant(WORD_ORDER)), mask.set(constant(-1))),
      ...address.set(word(at.entries, child!.get)),
      ...change(
        'right',
        address,
        entry,
        [
          ...when(less(free(entry.get), frames.get), none),
          ...when(less(field(entry.get), add(order!.get, constant(1))), none),
        ],
        or(subtract(entry.get, frames.get), constant(RUNS)),
      ),
      ...address.set(add(at.busy, shiftLeft(child!.get, constant(6)))),
      ...end.set(add(address.get, constant(CHILD_BYTES))),
      loop(
        'word',
        ...value.set(peek(address.get)),
        ...starts.set(exclusiveOr(value.get, constant(-1))),
        // What is left are the first bits of aligned blocks of the order.
        block(
          'starts',
          ...KEPT.flatMap((kept, step) => [
            ...jumpIf('starts', equal(order!.get, constant(step))),
            ...halve(1 << step, kept),
          ]),
        ),
        ...when(starts.get, [
          ...starts.set(trailingZeros(starts.get)),
          ...jumpIf('word', isZero(swap(address.get, value, or(value.get, shiftLeft(mask.get, starts.get))))),
          // Only the block's owner changes its inside bits, but other blocks may be in the word.
          ...mask.set(shiftLeft(and(mask.get, constant(-2)), starts.get)),
          ...frames.set(add(address.get, subtract(at.inside, at.busy))),
          ...change('inside', frames, value, [], or(value.get, mask.get)),
          ...giveResult(add(shiftLeft(subtract(address.get, at.busy), constant(3)), starts.get)),
        ]),
        ...increase(address, 4),
        ...jumpIf('word', less(address.get, end.get)),
      ),
      ...constant(RESULT.notFound),
    ];
  });

  define('freeBlock', 2, 1, (local, index, order) => {
    const [address, value, frames, mask, shift] = [local(), local(), local(), local(), local()];
    const unsure = giveResult(constant(RESULT.unsure));
    return [
      ...frames.set(shiftLeft(constant(1), order!.get)),
      ...shift.set(and(index!.get, constant(31))),
      // The last block of a word may go on in the next.
      ...when(atLeast(add(shift.get, frames.get), constant(32)), unsure),
      ...when(
        differ(
          and(
            peek(word(at.entries, shiftRight(index!.get, constant(CHILD_ORDER)))),
            constant(HUGE | RUNS | PINNED),
          ),
          constant(RUNS),
        ),
        unsure,
      ),
      ...mask.set(
        shiftLeft(
          subtract(shiftLeft(constant(1), subtract(frames.get, constant(1))), constant(1)),
          add(shift.get, constant(1)),
        ),
      ),
      ...address.set(word(at.inside, shiftRight(index!.get, constant(WORD_ORDER)))),
      // Of two frees one clears the inside bits. The frames before and behind the others are inside no run.
      ...change(
        'inside',
        address,
        value,
        when(
          differ(
            and(
              value.get,
              or(
                mask.get,
                or(shiftLeft(constant(1), shift.get), shiftLeft(constant(1), add(shift.get, frames.get))),
              ),
            ),
            mask.get,
          ),
          unsure,
        ),
        exclusiveOr(value.get, mask.get),
      ),
      ...mask.set(or(mask.get, shiftLeft(constant(1), shift.get))),
      ...address.set(subtract(address.get, subtract(at.inside, at.busy))),
      ...change('busy', address, value, [], exclusiveOr(value.get, mask.get)),
      ...giveBack(shiftRight(index!.get, constant(CHILD_ORDER)), frames.get, index!.get),
      ...constant(STATUS.ok),
    ];
  });

  /** Free frames at the end of a child. */
  const tailOf = define('tailOf', 1, 1, (local, child) => {
    const [entry, address, end, frames, value] = [local(), local(), local(), local(), local()];
    return [
      ...entry.set(peek(word(at.entries, child!.get))),
      ...when(isZero(free(entry.get)), giveResult(constant(0))),
      ...end.set(add(at.busy, shiftLeft(child!.get, constant(6)))),
      ...address.set(add(end.get, constant(CHILD_BYTES))),
      loop(
        'word',
        ...increase(address, -4),
        ...value.set(peek(address.get)),
        ...frames.set(add(frames.get, leadingZeros(value.get))),
        ...when(isZero(value.get), jumpIf('word', greater(address.get, end.get))),
      ),
      ...frames.get,
    ];
  });

  /** Free frames at the beginning of a child that is not used as a whole. */
  const headOf = define('headOf', 1, 1, (local, child) => {
    const [address, end, frames, value] = [local(), local(), local(), local()];
    return [
      ...address.set(add(at.busy, shiftLeft(child!.get, constant(6)))),
      ...end.set(add(address.get, constant(CHILD_BYTES))),
      loop(
        'word',
        ...value.set(peek(address.get)),
        ...frames.set(add(frames.get, trailingZeros(value.get))),
        ...increase(address, 4),
        ...when(isZero(value.get), jumpIf('word', less(address.get, end.get))),
      ),
      ...frames.get,
    ];
  });

  /** The longest run of free frames inside a child that is not used as a whole, by its bits. */
  const measure = define('measure', 1, 1, (local, child) => {
    const [address, end, longest, run, value, ones, length] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    const raiseLongest = (found: Variable): Code =>
      when(greater(found.get, longest.get), longest.set(found.get));
    return [
      ...address.set(add(at.busy, shiftLeft(child!.get, constant(6)))),
      ...end.set(add(address.get, constant(CHILD_BYTES))),
      loop(
        'word',
        ...value.set(peek(address.get)),
        // The run that ends here, the runs inside, and the one that goes on.
        ...run.set(add(run.get, trailingZeros(value.get))),
        ...raiseLongest(run),
        ...when(value.get, [
          ...ones.set(exclusiveOr(value.get, constant(-1))),
          ...length.set(constant(0)),
          block(
            'inside',
            loop(
              'longer',
              ...jumpIf('inside', isZero(ones.get)),
              ...ones.set(and(ones.get, shiftLeft(ones.get, constant(1)))),
              ...increase(length),
              ...jump('longer'),
            ),
          ),
          ...raiseLongest(length),
          ...run.set(leadingZeros(value.get)),
        ]),
        ...increase(address, 4),
        ...jumpIf('word', less(address.get, end.get)),
      ),
      ...raiseLongest(run),
      ...longest.get,
    ];
  });

  /** An upper bound of the longest run of free frames inside a child: what was noted, or what is noted now. */
  const longestOf = define('longestOf', 1, 1, (local, child) => {
    const [address, entry, noted] = [local(), local(), local()];
    return [
      ...address.set(word(at.entries, child!.get)),
      ...entry.set(load(address.get)),
      ...noted.set(load(word(at.longest, child!.get))),
      ...when(and(entry.get, constant(MEASURED)), [
        ...when(
          isZero(and(exclusiveOr(entry.get, noted.get), constant(EPOCHS))),
          giveResult(and(noted.get, constant(FREE))),
        ),
      ]),
      ...noted.set(measure(child!.get)),
      ...store(word(at.longest, child!.get), or(and(entry.get, constant(EPOCHS)), noted.get)),
      // It counts only when nothing was freed while the bits were looked at; else it is found again the next time.
      ...when(swap(address.get, entry, or(entry.get, constant(MEASURED))), []),
      ...noted.get,
    ];
  });

  define('findRun', 3, 1, (local, frames, hint, from) => {
    const [child, tree, entry, run, counted] = [local(), local(), local(), local(), local()];
    const start = subtract(shiftLeft(child.get, constant(CHILD_ORDER)), run.get);
    return [
      ...child.set(from!.get),
      // `run`: free frames before the child.
      loop(
        'child',
        ...when(atLeast(child.get, at.childCount), giveResult(constant(RESULT.none))),
        // A tree that has no such block can only be a run's end or beginning.
        ...when(
          isZero(or(run.get, and(child.get, subtract(shiftLeft(constant(1), at.treeOrder), constant(1))))),
          [
            ...tree.set(shiftRight(child.get, at.treeOrder)),
            ...when(less(peek(word(at.hints, tree.get)), hint!.get), [
              ...endOf(tree, child),
              ...run.set(tailOf(subtract(child.get, constant(1)))),
              ...jump('child'),
            ]),
          ],
        ),
        ...entry.set(peek(word(at.entries, child.get))),
        ...counted.set(free(entry.get)),
        ...when(equal(counted.get, constant(CHILD_FRAMES)), [
          ...increase(child),
          ...run.set(add(run.get, constant(CHILD_FRAMES))),
          ...when(atLeast(run.get, frames!.get), giveResult(start)),
          ...jump('child'),
        ]),
        ...when(
          counted.get,
          [
            ...when(run.get, [
              ...when(
                atLeast(add(run.get, counted.get), frames!.get),
                when(atLeast(add(run.get, headOf(child.get)), frames!.get), giveResult(start)),
              ),
            ]),
            ...when(
              less(counted.get, frames!.get),
              [],
              [
                ...when(
                  atLeast(hintOf(entry.get), hint!.get),
                  when(
                    atLeast(longestOf(child.get), frames!.get),
                    giveResult(shiftLeft(child.get, constant(CHILD_ORDER))),
                  ),
                ),
              ],
            ),
            ...run.set(tailOf(child.get)),
          ],
          run.set(constant(0)),
        ),
        ...increase(child),
        ...jump('child'),
      ),
      ...constant(RESULT.none),
    ];
  });

  define('seek', 4, 0, (_, child, wordIndex, tree, whole) => [
    ...cursor.entry.set(constant(0)),
    ...when(atLeast(child!.get, constant(0)), cursor.entry.set(word(at.entries, child!.get))),
    ...cursor.word.set(word(at.busy, add(shiftLeft(child!.get, constant(4)), wordIndex!.get))),
    ...cursor.tree.set(tree!.get),
    ...cursor.whole.set(whole!.get),
  ]);
  define('cursorChild', 0, 1, () =>
    choose(shiftRight(subtract(cursor.entry.get, at.entries), constant(2)), constant(-1), cursor.entry.get),
  );
  define('cursorWord', 0, 1, () =>
    and(shiftRight(subtract(cursor.word.get, at.busy), constant(2)), constant(CHILD_WORDS - 1)),
  );
  define('cursorTree', 0, 1, () => cursor.tree.get);
  define('cursorWhole', 0, 1, () => cursor.whole.get);
  define('passedOver', 0, 1, () => cursor.passedOver.get);
  if (kind === 'atomic') defineAtomicSteps(builder);
  return builder.bytes();
}

/** The bits of the naturally aligned block of 2^order frames around a frame in its word; order 0 to 4. */
function blockAround(index: Code, order: Code): Code {
  const frames = shiftLeft(constant(1), order);
  return shiftLeft(
    subtract(shiftLeft(constant(1), frames), constant(1)),
    and(index, subtract(constant(0), frames)),
  );
}
