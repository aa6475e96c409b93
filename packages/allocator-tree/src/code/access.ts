/**
 * How the functions of `operations.ts` reach the words that workers share. They are written once and made in three ways:
 * with atomic instructions, with plain ones for a worker alone, and with calls of the host, behind which tests put a
 * scheduler.
 */
import {
  add,
  type Code,
  constant,
  equal,
  loadVector,
  type ModuleBuilder,
  shiftLeft,
  splat,
  type Variable,
  withLane,
} from '@armature/wasm-assembler';

export type AccessKind = 'atomic' | 'plain' | 'hosted';

/** Addresses are in bytes. */
export interface Access {
  /** Reads a word after every step before it in the order that all workers see. */
  load(address: Code): Code;
  /** Reads a word that a later step confirms, or that is only a hint: unlike `load` without a check of the address. */
  peek(address: Code): Code;
  /** Writes a word that other workers may write, too, at any time. */
  store(address: Code, value: Code): Code;
  /** Replaces a word that was read to be `before` in the same function: 1, or 0 when it has changed meanwhile. */
  swap(address: Code, before: Variable, after: Code): Code;
  /** As `peek` of four words, in any order, as a vector; the offset is in bytes. */
  peekFour(address: Code, offset?: number): Code;
  /** Adds one to one of the worker's counters, by its number. */
  count(counter: number): Code;
  /** A word of the worker's own, by its number; zero in the beginning. */
  own(number: number): Pick<Variable, 'get' | 'set'>;
  /** The words of the worker's batch, by their number. */
  readonly batch: { get(slot: Code): Code; put(slot: Code, value: Code): Code };
}

const ATOMIC = 0xfe;
/** Second byte of each atomic instruction on a word. */
const STEPS = { load: 0x10, and: 0x2c, or: 0x33, exchange: 0x41, swap: 0x48 } as const;
/** Alignment 2^2 and offset 0. */
const WORD_AT = [2, 0];
/** Alignment 2^3 and offset 0. */
const LONG_AT = [3, 0];
const PLAIN_LOAD = 0x28;
const PLAIN_STORE = 0x36;
/** Integers of 64 bits. */
const LONG_LOAD = 0x29;
const LONG_STORE = 0x37;
const LONG_ADD = 0x7c;
/** The constant 1. */
const LONG_ONE = [0x42, 1];
/** At least one page; and where it is shared, at most 2^16. */
const UNSHARED = [0, 1];
const SHARED = [3, 1, 0x80, 0x80, 0x04];

function atomic(step: keyof typeof STEPS, ...operands: readonly Code[]): Code {
  return [...operands, ATOMIC, STEPS[step], ...WORD_AT];
}

/**
 * Imports what the way of access needs.
 *
 * @param worker addresses of the worker's counters, of its own words, and of its batch
 */
export function importAccess(
  builder: ModuleBuilder,
  kind: AccessKind,
  worker: { readonly counters: number; readonly own: number; readonly batch: number },
): Access {
  if (kind === 'hosted') {
    const load = builder.importFunction('load', 1, 1);
    const store = builder.importFunction('store', 2, 0);
    const swap = builder.importFunction('swap', 3, 1);
    const count = builder.importFunction('count', 1, 0);
    const get = builder.importFunction('get', 1, 1);
    const put = builder.importFunction('put', 2, 0);
    return {
      load,
      peek: load,
      store,
      swap: (address, before, after) => swap(address, before.get, after),
      peekFour: (address, offset = 0) =>
        [1, 2, 3].reduce<Code>(
          (vector, index) => withLane(vector, index, load(add(address, constant(offset + index * 4)))),
          splat(load(add(address, constant(offset)))),
        ),
      count: (counter) => count(constant(counter)),
      own: () => builder.global(0),
      batch: { get, put },
    };
  }
  builder.importMemory(kind === 'atomic' ? SHARED : UNSHARED);
  const peek = (address: Code): Code => [address, PLAIN_LOAD, ...WORD_AT];
  const store = (address: Code, value: Code): Code => [address, value, PLAIN_STORE, ...WORD_AT];
  const count = (counter: number): Code => {
    const address = constant(worker.counters + counter * 8);
    // Each worker has its own, so nothing comes between.
    return [address, address, LONG_LOAD, ...LONG_AT, LONG_ONE, LONG_ADD, LONG_STORE, ...LONG_AT];
  };
  const own = (number: number): Pick<Variable, 'get' | 'set'> => {
    const address = constant(worker.own + number * 4);
    return { get: peek(address), set: (value) => store(address, value) };
  };
  const slotAt = (slot: Code): Code => add(constant(worker.batch), shiftLeft(slot, constant(2)));
  const batch: Access['batch'] = {
    get: (slot) => peek(slotAt(slot)),
    put: (slot, value) => store(slotAt(slot), value),
  };
  switch (kind) {
    case 'atomic':
      return {
        peek,
        peekFour: loadVector,
        store,
        count,
        own,
        batch,
        load: (address) => atomic('load', address),
        swap: (address, before, after) => equal(atomic('swap', address, before.get, after), before.get),
      };
    case 'plain':
      return {
        peek,
        peekFour: loadVector,
        store,
        count,
        own,
        batch,
        load: peek,
        // Nobody else has changed the word.
        swap: (address, _before, after) => [...store(address, after), ...constant(1)],
      };
  }
}

/** Single atomic instructions. */
export interface AtomicSteps {
  load(address: number): number;
  /** Each takes the address of a word and returns what the word was. */
  swap(address: number, before: number, after: number): number;
  exchange(address: number, value: number): number;
  and(address: number, mask: number): number;
  or(address: number, mask: number): number;
}

/** Exports the atomic instructions, each as a function: `Atomics.compareExchange` takes two to three times as long. */
export function defineAtomicSteps(builder: ModuleBuilder): void {
  builder.define('load', 1, 1, (_, address) => atomic('load', address!.get));
  for (const step of ['exchange', 'and', 'or'] as const) {
    builder.define(step, 2, 1, (_, address, value) => atomic(step, address!.get, value!.get));
  }
  builder.define('swap', 3, 1, (_, address, before, after) =>
    atomic('swap', address!.get, before!.get, after!.get),
  );
}
