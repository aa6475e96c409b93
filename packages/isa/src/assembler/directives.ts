import type { Assembly } from './assembly.ts';
import type { Cursor } from './cursor.ts';
import { StatementError } from './diagnostics.ts';
import type { Token } from './lexer.ts';
import { padding } from './section.ts';

/** What stands behind a directive's name. */
export interface DirectiveArguments {
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Index of the first token after the name. */
  readonly position: number;
}

type Directive = (assembly: Assembly, args: DirectiveArguments) => void;

/** Directives that say something only to a linker, a debugger or another target. */
export const IGNORED_DIRECTIVES: ReadonlySet<string> = new Set([
  '.global',
  '.globl',
  '.local',
  '.weak',
  '.extern',
  '.hidden',
  '.protected',
  '.type',
  '.size',
  '.file',
  '.loc',
  '.ident',
  '.cpu',
  '.arch',
  '.arch_extension',
  '.func',
  '.endfunc',
  '.title',
  '.variant_pcs',
]);

/** Data of `width` bytes per value. */
const data =
  (width: number): Directive =>
  (assembly, { text, tokens, position }) => {
    if (text === '') return;
    let depth = 0;
    let count = 1;
    for (const token of tokens.slice(position)) {
      if (token.kind !== 'punctuation') continue;
      if (token.text === '(') depth++;
      if (token.text === ')') depth--;
      if (token.text === ',' && depth === 0) count++;
    }
    assembly.place({ kind: 'data', width, tokens, position }, width * count);
  };

const strings =
  (terminated: boolean): Directive =>
  (assembly, { tokens, position }) => {
    const cursor = assembly.cursor(tokens, position);
    while (!cursor.atEnd) {
      const { token } = cursor;
      if (token.kind !== 'string') {
        cursor.fail('a string in double quotes');
        assembly.reject(cursor);
      }
      cursor.position++;
      const bytes = Uint8Array.from(token.text, (character) => character.charCodeAt(0));
      assembly.emitBytes(bytes);
      if (terminated) assembly.emitBytes(new Uint8Array(1));
      // Strings without a comma between them are one string, but each gets its terminator as written.
      if (!cursor.take(',') && cursor.token.kind !== 'string') break;
    }
    end(assembly, cursor);
  };

function end(assembly: Assembly, cursor: Cursor): void {
  if (cursor.atEnd) return;
  cursor.fail('the end of the statement');
  assembly.reject(cursor);
}

/** `.p2align power` or `.balign bytes`, each with an optional fill byte and most bytes to skip. */
const align =
  (inBytes: boolean): Directive =>
  (assembly, { tokens, position, text }) => {
    const cursor = assembly.cursor(tokens, position);
    const amount = text === '' ? (inBytes ? 1 : 0) : assembly.constant(cursor);
    const alignment = inBytes ? amount : 2 ** amount;
    if (alignment < 0 || alignment > 2 ** 24 || !Number.isInteger(Math.log2(Math.max(1, alignment)))) {
      throw new StatementError('bad-directive', 'an alignment is a power of two up to 16 MiB');
    }
    if (alignment === 0) return;
    let fill: number | undefined;
    let most: number | undefined;
    if (cursor.take(',')) {
      if (!cursor.sees(',') && !cursor.atEnd) fill = assembly.constant(cursor);
      if (cursor.take(',')) most = assembly.constant(cursor);
    }
    end(assembly, cursor);
    const bytes = padding(assembly.section, assembly.section.size, alignment, fill);
    if (most !== undefined && bytes.length > most) return;
    assembly.section.align(alignment);
    assembly.emitBytes(bytes);
  };

const MAXIMUM_FILL = 1 << 28;

function checkedSize(size: number): number {
  if (Number.isInteger(size) && size >= 0 && size <= MAXIMUM_FILL) return size;
  throw new StatementError('bad-directive', `a size is 0 to ${MAXIMUM_FILL} bytes, not ${size}`);
}

/** `.space size, fill`. */
const space: Directive = (assembly, { tokens, position }) => {
  const cursor = assembly.cursor(tokens, position);
  const size = checkedSize(assembly.constant(cursor));
  const fill = cursor.take(',') ? assembly.constant(cursor) : 0;
  end(assembly, cursor);
  assembly.emitBytes(new Uint8Array(size).fill(fill & 0xff));
};

/** `.fill count, size, value`: at most four bytes of the value are used. */
const fill: Directive = (assembly, { tokens, position }) => {
  const cursor = assembly.cursor(tokens, position);
  const count = assembly.constant(cursor);
  const size = cursor.take(',') ? Math.min(8, assembly.constant(cursor)) : 1;
  const value = cursor.take(',') ? assembly.constant(cursor) : 0;
  end(assembly, cursor);
  const bytes = new Uint8Array(checkedSize(count * checkedSize(size)));
  const low = Number(BigInt.asUintN(32, BigInt(value)));
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = at % size < 4 ? (low >>> (8 * (at % size))) & 0xff : 0;
  assembly.emitBytes(bytes);
};

/** `.equ name, value`. */
const assign =
  (once: boolean): Directive =>
  (assembly, { tokens, position }) => {
    const name = tokens[position];
    if (name?.kind !== 'name' || tokens[position + 1]?.text !== ',') {
      throw new StatementError('bad-directive', 'expected a symbol, a comma and a value', name?.offset);
    }
    assembly.assign(name.text, tokens, position + 2, once);
  };

const section = (text: string): [string, string | undefined, string | undefined] => {
  const [name = '', flags, type] = text.split(',').map((part) => part.trim().replace(/^"|"$/g, ''));
  if (name === '') throw new StatementError('bad-directive', 'expected the name of a section');
  return [name, flags, type?.replace(/^[@%]/, '')];
};

const message = (text: string): string => text.replace(/^"|"$/g, '');

/** Directives by name. */
export const DIRECTIVES: Readonly<Record<string, Directive>> = {
  '.byte': data(1),
  '.1byte': data(1),
  '.hword': data(2),
  '.short': data(2),
  '.2byte': data(2),
  '.word': data(4),
  '.long': data(4),
  '.int': data(4),
  '.4byte': data(4),
  '.quad': data(8),
  '.xword': data(8),
  '.dword': data(8),
  '.8byte': data(8),
  '.inst': (assembly, args) => {
    assembly.emitBytes(padding(assembly.section, assembly.section.size, 4, undefined));
    assembly.section.align(4);
    data(4)(assembly, args);
  },
  '.ascii': strings(false),
  '.asciz': strings(true),
  '.string': strings(true),
  '.align': align(false),
  '.p2align': align(false),
  '.balign': align(true),
  '.space': space,
  '.skip': space,
  '.zero': space,
  '.fill': fill,
  '.org': (assembly, { tokens, position }) => assembly.moveTo(assembly.cursor(tokens, position)),
  '.equ': assign(false),
  '.set': assign(false),
  '.equiv': assign(true),
  '.text': (assembly) => assembly.enterSection('.text'),
  '.data': (assembly) => assembly.enterSection('.data'),
  '.bss': (assembly) => assembly.enterSection('.bss'),
  '.section': (assembly, { text }) => assembly.enterSection(...section(text)),
  '.pushsection': (assembly, { text }) => assembly.pushSection(...section(text)),
  '.popsection': (assembly) => assembly.popSection(),
  '.previous': (assembly) => assembly.previousSection(),
  '.ltorg': (assembly) => assembly.flushPool(),
  '.pool': (assembly) => assembly.flushPool(),
  '.unreq': (assembly, { text }) => {
    if (!assembly.registerAliases.delete(text)) {
      throw new StatementError('bad-directive', `'${text}' is no register name given by .req`);
    }
  },
  '.purgem': (assembly, { text }) => {
    if (!assembly.macros.delete(text))
      throw new StatementError('bad-directive', `there is no macro '${text}'`);
  },
  '.end': (assembly) => {
    assembly.ended = true;
  },
  '.error': (_, { text }) => {
    throw new StatementError('user-error', message(text) || '.error');
  },
  '.err': () => {
    throw new StatementError('user-error', '.err');
  },
};
