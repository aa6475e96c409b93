/** Looking for a run of free frames of any length. */

import {
  add,
  and,
  atLeast,
  block,
  type Code,
  constant,
  equal,
  exclusiveOr,
  giveResult,
  greater,
  increase,
  isZero,
  jump,
  jumpIf,
  leadingZeros,
  less,
  loop,
  not,
  or,
  shiftLeft,
  shiftRight,
  subtract,
  trailingZeros,
  type Variable,
  when,
} from '@armature/wasm-assembler';
import { CHILD_FRAMES, CHILD_ORDER, EPOCHS, FREE, MEASURED } from '../layout.ts';
import { CHILD_BYTES, field, free, RESULT, type Scope, word } from './scope.ts';

export function defineRunSearch(scope: Scope): void {
  const { at, define, inner, load, peek, store, swap, endOf } = scope;

  /** Free frames at the end of a child. */
  const tailOf = inner(1, 1, (local, child) => {
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
  const headOf = inner(1, 1, (local, child) => {
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
  const measure = inner(1, 1, (local, child) => {
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
          ...ones.set(not(value.get)),
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
  const longestOf = inner(1, 1, (local, child) => {
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
                  atLeast(field(entry.get), hint!.get),
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
}
