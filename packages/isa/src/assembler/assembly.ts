import { type AddressUse, Cursor, type Scope } from './cursor.ts';
import { type AssemblyDiagnostic, closest, describeFailure, StatementError } from './diagnostics.ts';
import { DIRECTIVES, type DirectiveArguments, IGNORED_DIRECTIVES } from './directives.ts';
import { expandBlock } from './expansion.ts';
import type { AssembledImage, ImageRelocation } from './image.ts';
import { toWords } from './image.ts';
import { encodeInstruction, isMnemonic, mnemonics } from './instruction.ts';
import { type Token, tokenize } from './lexer.ts';
import type { Macro } from './macros.ts';
import { type Item, makeSection, type PlacedItem, type PoolEntry, padding, type Section } from './section.ts';
import type { SourceStatement } from './source.ts';
import { absolute, type Value } from './value.ts';

/** Where the image is to stand and what it may name. */
export interface AssembleOptions {
  /** Address of the first byte; 0 when omitted. */
  readonly origin?: bigint | number;
  /** Symbols defined from outside. */
  readonly symbols?: Readonly<Record<string, bigint | number>>;
  /** Names of sections in the order the image has them; others follow, zero-initialised ones last. */
  readonly sectionOrder?: readonly string[];
}

/** The order GNU ld gives the usual sections. */
const DEFAULT_SECTION_ORDER = ['.text', '.rodata', '.data'];

/** A symbol whose expression needs names that come later. */
interface DeferredSymbol {
  readonly tokens: readonly Token[];
  readonly position: number;
  readonly place: Place;
}

type Place = Pick<PlacedItem, 'section' | 'offset' | 'sequence'>;

const MAXIMUM_DIAGNOSTICS = 100;
const MAXIMUM_SIZE = 1 << 30;

/**
 * One run of the assembler. The first pass places every statement in a section, defines symbols and expands
 * macros; then sections get their addresses; the second pass evaluates operands and fills in the bytes.
 */
export class Assembly {
  readonly origin: bigint;
  readonly diagnostics: AssemblyDiagnostic[] = [];
  readonly macros = new Map<string, Macro<SourceStatement>>();
  readonly registerAliases = new Map<string, string>();
  /** Number of macro calls and repetitions so far: the value of `\@`. */
  expansions = 0;
  /** Set by `.end`. */
  ended = false;
  section: Section;
  readonly #sectionStack: Section[] = [];
  #previousSection: Section;
  readonly #sections = new Map<string, Section>();
  readonly #items: PlacedItem[] = [];
  readonly #symbols = new Map<string, Value | DeferredSymbol>();
  readonly #labels = new Set<string>();
  readonly #evaluating = new Set<string>();
  readonly #localLabels = new Map<bigint, { readonly sequence: number; readonly value: Value }[]>();
  readonly #relocations: ImageRelocation[] = [];
  readonly #pinnedBy: string[] = [];
  readonly #options: AssembleOptions;
  #sequence = 0;
  #statement: SourceStatement = { text: '', line: 1, column: 1 };
  #laidOut = false;
  #usesPages = false;

  constructor(options: AssembleOptions) {
    this.#options = options;
    this.origin = BigInt(options.origin ?? 0);
    this.section = this.#sectionNamed('.text');
    this.#previousSection = this.section;
    for (const [name, value] of Object.entries(options.symbols ?? {}))
      this.#symbols.set(name, absolute(BigInt(value)));
  }

  // --- First pass ---

  /** Runs statements in order; blocks (`.macro`, `.rept`, `.if`) are expanded on the way. */
  run(statements: readonly SourceStatement[], depth = 0): void {
    for (let index = 0; index < statements.length && !this.ended; ) {
      const statement = statements[index] as SourceStatement;
      this.#statement = statement;
      this.#sequence++;
      let next = index + 1;
      this.#guard(statement, () => {
        next = this.#runStatement(statements, index, depth);
      });
      index = Math.max(next, index + 1);
      if (this.diagnostics.length >= MAXIMUM_DIAGNOSTICS) return;
    }
  }

  /** Runs an action for the current statement; its statement error becomes a diagnostic. */
  attempt(action: () => void): void {
    this.#guard(this.#statement, action);
  }

  /** Runs an action and turns a statement error into a diagnostic. */
  #guard(statement: SourceStatement, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof StatementError)) throw error;
      this.diagnostics.push({
        code: error.code,
        message: error.message,
        line: statement.line,
        column: statement.column + error.offset,
        source: statement.text,
        expected: error.expected,
      });
    }
  }

  #runStatement(statements: readonly SourceStatement[], index: number, depth: number): number {
    let { text } = statements[index] as SourceStatement;
    let offset = 0;
    for (let label = LABEL.exec(text); label !== null; label = LABEL.exec(text)) {
      this.#defineLabel(label[1] as string, offset);
      offset += label[0].length;
      text = text.slice(label[0].length);
    }
    if (text === '') return index + 1;
    const word = /^[A-Za-z_.$][\w.$]*/.exec(text)?.[0] ?? '';
    const rest = text.slice(word.length);
    if (word !== '' && /^\s*=(?!=)/.test(rest)) {
      const tokens = tokenize(`${' '.repeat(offset)}${text}`);
      this.assign(word, tokens, 2, false);
      return index + 1;
    }
    const register = /^\s+\.req\s+([A-Za-z]\w*)$/i.exec(rest);
    if (register !== null) {
      this.registerAliases.set(word, register[1] as string);
      return index + 1;
    }
    const next = expandBlock(this, statements, index, { word, rest: rest.trim(), offset }, depth);
    if (next !== undefined) return next;
    const lower = word.toLowerCase();
    const tokens = this.#tokens(`${' '.repeat(offset)}${text}`);
    if (lower.startsWith('.')) this.#directive(lower, { text: rest.trim(), tokens, position: 1 });
    else this.#instruction(lower, tokens, offset);
    return index + 1;
  }

  /** The tokens of a statement, with `.req` names replaced by their registers. */
  #tokens(text: string): readonly Token[] {
    const tokens = tokenize(text);
    if (this.registerAliases.size === 0) return tokens;
    return tokens.map((token) => {
      if (token.kind !== 'name') return token;
      const register = this.registerAliases.get(token.text);
      if (register !== undefined) return { ...token, text: register };
      // A vector's name may carry an arrangement.
      const [name = '', arrangement] = token.text.split(/(?=\.)/);
      const vector = arrangement === undefined ? undefined : this.registerAliases.get(name);
      return vector === undefined ? token : { ...token, text: `${vector}${arrangement}` };
    });
  }

  #directive(name: string, args: DirectiveArguments): void {
    if (IGNORED_DIRECTIVES.has(name) || name.startsWith('.cfi_')) return;
    const handler = DIRECTIVES[name];
    if (handler === undefined) {
      const suggestion = closest(name, Object.keys(DIRECTIVES));
      const hint = suggestion === undefined ? '' : `; did you mean '${suggestion}'?`;
      throw new StatementError(
        'unknown-directive',
        `unknown directive '${name}'${hint}`,
        args.tokens[0]?.offset,
      );
    }
    handler(this, args);
  }

  #instruction(mnemonic: string, tokens: readonly Token[], offset: number): void {
    if (mnemonic === '') {
      throw new StatementError(
        'syntax',
        `'${tokens[0]?.text ?? ''}' begins no label, directive or instruction`,
        offset,
      );
    }
    if (!isMnemonic(mnemonic)) {
      const suggestion = closest(mnemonic, mnemonics());
      const hint = suggestion === undefined ? '' : `; did you mean '${suggestion}'?`;
      throw new StatementError('unknown-mnemonic', `unknown instruction '${mnemonic}'${hint}`, offset);
    }
    this.emitBytes(padding(this.section, this.section.size, 4, undefined));
    this.section.align(4);
    const literal = this.#literalOf(mnemonic, tokens);
    this.place({ kind: 'instruction', mnemonic, tokens, position: 1, literal }, 4);
  }

  /** Interns the literal of `ldr Rt, =value`. */
  #literalOf(mnemonic: string, tokens: readonly Token[]): PoolEntry | undefined {
    const at = tokens.findIndex((token) => token.kind === 'punctuation' && token.text === '=');
    if (at < 0 || (mnemonic !== 'ldr' && mnemonic !== 'ldrsw')) return undefined;
    const register = tokens[1]?.text ?? '';
    if (/^q/i.test(register)) {
      throw new StatementError('bad-operand', 'literals of 16 bytes are not supported', tokens[1]?.offset);
    }
    const size = mnemonic === 'ldrsw' || /^[ws]/i.test(register) ? 4 : 8;
    const position = at + 1;
    const cursor = new Cursor(tokens, this.#scope(this.#here()), position);
    const value = cursor.expression();
    const key =
      value !== undefined && value.section === undefined
        ? `${size} ${BigInt.asUintN(size * 8, value.offset)}`
        : `${size} ${tokens
            .slice(position)
            .map(({ text }) => text)
            .join(' ')} ${this.#dotKey(tokens, position)}`;
    return this.section.intern(key, {
      size,
      tokens,
      position,
      sequence: this.#sequence,
      statement: this.#statement,
      offset: this.section.size,
    });
  }

  /** Expressions with `.` or numeric labels mean another value at every place. */
  #dotKey(tokens: readonly Token[], position: number): number {
    return tokens.slice(position).some(({ kind, text }) => kind === 'local' || text === '.')
      ? this.#sequence
      : 0;
  }

  /** Places an item of `size` bytes at the end of the current section. */
  place(item: Item, size: number): void {
    if (this.section.size + size > MAXIMUM_SIZE) {
      throw new StatementError('expansion-limit', `section ${this.section.name} would exceed 1 GiB`);
    }
    this.#items.push({
      item,
      section: this.section,
      offset: this.section.size,
      sequence: this.#sequence,
      statement: this.#statement,
    });
    this.section.size += size;
  }

  /** Places bytes that are known already. */
  emitBytes(bytes: Uint8Array): void {
    if (bytes.length > 0) this.place({ kind: 'bytes', bytes }, bytes.length);
  }

  /** Writes out the literals gathered for the current section. */
  flushPool(): void {
    let previousSize = 0;
    for (const entry of this.section.drainPool()) {
      if (entry.size !== previousSize) {
        this.emitBytes(padding(this.section, this.section.size, entry.size, 0));
        this.section.align(entry.size);
        previousSize = entry.size;
      }
      entry.offset = this.section.size;
      this.place({ kind: 'literal', entry }, entry.size);
    }
  }

  #defineLabel(name: string, offset: number): void {
    const value: Value = { offset: BigInt(this.section.size), section: this.section };
    if (/^\d/.test(name)) {
      const number = BigInt(name);
      const list = this.#localLabels.get(number) ?? [];
      list.push({ sequence: this.#sequence, value });
      this.#localLabels.set(number, list);
      return;
    }
    if (this.#labels.has(name) || this.#symbols.has(name)) {
      throw new StatementError('duplicate-symbol', `symbol '${name}' is already defined`, offset);
    }
    this.#labels.add(name);
    this.#symbols.set(name, value);
  }

  /** Gives a symbol a value; `once` is `.equiv`, which refuses to change one. */
  assign(name: string, tokens: readonly Token[], position: number, once: boolean): void {
    const cursor = this.cursor(tokens, position);
    if (name === '.') {
      this.moveTo(cursor);
      return;
    }
    if (this.#labels.has(name) || (once && this.#symbols.has(name))) {
      throw new StatementError('duplicate-symbol', `symbol '${name}' is already defined`);
    }
    const value = cursor.expression();
    if (value !== undefined && cursor.atEnd) {
      this.#symbols.set(name, value);
      this.#items.push({
        item: { kind: 'assignment', name, value },
        section: this.section,
        offset: this.section.size,
        sequence: this.#sequence,
        statement: this.#statement,
      });
      return;
    }
    if (value !== undefined || (cursor.failure().undefinedSymbol === undefined && !cursor.needsLayout))
      this.reject(cursor);
    this.#symbols.set(name, { tokens, position, place: this.#here() });
  }

  /** `.org`: moves the current section's end to an offset in it. */
  moveTo(cursor: Cursor, fill = 0): void {
    const value = cursor.expression();
    if (value === undefined) this.reject(cursor);
    const inside = value.section === undefined || value.section === this.section;
    const target = Number(value.offset);
    if (!inside || target < this.section.size || target > MAXIMUM_SIZE) {
      throw new StatementError(
        'bad-directive',
        `.org goes forward inside section ${this.section.name}, from ${this.section.size}`,
      );
    }
    if (cursor.take(',')) fill = this.constant(cursor);
    this.emitBytes(new Uint8Array(target - this.section.size).fill(fill & 0xff));
  }

  /** A cursor over a directive's arguments, with names as they stand now. */
  cursor(tokens: readonly Token[], position: number): Cursor {
    return new Cursor(tokens, this.#scope(this.#here()), position);
  }

  /** A number that must be known in the first pass. */
  constant(cursor: Cursor): number {
    const value = cursor.constant('a number known at this point');
    if (value === undefined) this.reject(cursor);
    return Number(value);
  }

  /** Turns a cursor's failure into this statement's diagnostic. */
  reject(cursor: Cursor): never {
    const failure = cursor.failure();
    const { code, message } = describeFailure(failure);
    throw new StatementError(code, message, failure.offset, failure.expected);
  }

  isDefined(name: string): boolean {
    return this.#symbols.has(name);
  }

  /** Switches sections, making the section when it is new. */
  enterSection(name: string, flags?: string, type?: string): void {
    this.#previousSection = this.section;
    this.section = this.#sectionNamed(name, flags, type);
  }

  pushSection(name: string, flags?: string, type?: string): void {
    this.#sectionStack.push(this.section);
    this.enterSection(name, flags, type);
  }

  popSection(): void {
    const section = this.#sectionStack.pop();
    if (section === undefined)
      throw new StatementError('unbalanced-block', '.popsection without .pushsection');
    this.section = section;
  }

  previousSection(): void {
    [this.section, this.#previousSection] = [this.#previousSection, this.section];
  }

  #sectionNamed(name: string, flags?: string, type?: string): Section {
    const existing = this.#sections.get(name);
    if (existing !== undefined) return existing;
    const section = makeSection(name, flags, type);
    this.#sections.set(name, section);
    return section;
  }

  #here(): Place {
    return { section: this.section, offset: this.section.size, sequence: this.#sequence };
  }

  // --- Layout and second pass ---

  /** Places the sections, fills in the bytes and gives the image; undefined when there are diagnostics. */
  finish(): AssembledImage | undefined {
    if (this.diagnostics.length > 0) return undefined;
    for (const section of this.#sections.values()) {
      this.section = section;
      this.flushPool();
    }
    const { sections, fileSize, memorySize } = this.#layOut();
    this.#laidOut = true;
    const bytes = new Uint8Array(fileSize);
    for (const placed of this.#items) this.#guard(placed.statement, () => this.#emit(placed, bytes));
    const { symbols, addressSymbols } = this.#finalSymbols();
    if (this.diagnostics.length > 0) return undefined;
    const alignment = BigInt(Math.max(4, ...sections.map((section) => section.alignment)));
    return {
      origin: this.origin,
      bytes,
      words: toWords(bytes),
      memorySize,
      symbols,
      addressSymbols,
      relocations: this.#relocations,
      granule: this.#usesPages && alignment < 4096n ? 4096n : alignment,
      pinnedBy: this.#pinnedBy,
      sections: sections.map(({ name, start, size }) => ({ name, offset: start, size })),
    };
  }

  #layOut(): { sections: Section[]; fileSize: number; memorySize: number } {
    const order = this.#options.sectionOrder ?? DEFAULT_SECTION_ORDER;
    const rank = (section: Section): number => {
      const place = order.findIndex((name) => section.name === name || section.name.startsWith(`${name}.`));
      if (place >= 0) return place;
      return order.length + (section.zeroInitialised ? 1 : 0);
    };
    const sections = [...this.#sections.values()].sort((a, b) => rank(a) - rank(b));
    let end = 0;
    let fileSize = 0;
    for (const section of sections) {
      if (section.size > 0 && end > 0) {
        const alignment = BigInt(section.alignment);
        const address = this.origin + BigInt(end);
        end += Number((alignment - (address % alignment)) % alignment);
      }
      section.start = end;
      end += section.size;
      if (!section.zeroInitialised && section.size > 0) fileSize = end;
    }
    return { sections: sections.filter((section) => section.size > 0), fileSize, memorySize: end };
  }

  #emit(placed: PlacedItem, bytes: Uint8Array): void {
    const { item, section } = placed;
    const at = section.start + placed.offset;
    this.#statement = placed.statement;
    if (item.kind === 'assignment') this.#symbols.set(item.name, item.value);
    else if (section.zeroInitialised) this.#refuseContents(item);
    else if (item.kind === 'bytes') bytes.set(item.bytes, at);
    else if (item.kind === 'instruction') this.#emitInstruction(item, placed, bytes, at);
    else if (item.kind === 'data') this.#emitData(item, placed, bytes, at);
    else this.#emitLiteral(item.entry, placed, bytes, at);
  }

  #refuseContents(item: Item): void {
    if (item.kind === 'bytes' && item.bytes.every((byte) => byte === 0)) return;
    throw new StatementError('bad-directive', 'a zero-initialised section holds only .space and labels');
  }

  #emitInstruction(
    item: Extract<Item, { kind: 'instruction' }>,
    placed: PlacedItem,
    bytes: Uint8Array,
    at: number,
  ): void {
    const scope = this.#scope(placed, item.literal);
    const result = encodeInstruction(item.mnemonic, item.tokens, item.position, scope);
    if (!result.ok) {
      const { code, message } = describeFailure(result.failure);
      throw new StatementError(
        code,
        `${item.mnemonic}: ${message}`,
        result.failure.offset,
        result.failure.expected,
      );
    }
    new DataView(bytes.buffer).setUint32(at, result.word, true);
  }

  #emitData(item: Extract<Item, { kind: 'data' }>, placed: PlacedItem, bytes: Uint8Array, at: number): void {
    let position = item.position;
    for (let delta = 0; ; delta += item.width) {
      const scope = this.#scope({ ...placed, offset: placed.offset + delta });
      const cursor = new Cursor(item.tokens, scope, position);
      this.#emitValue(cursor, item.width, bytes, at + delta);
      if (!cursor.take(',')) {
        if (!cursor.atEnd) {
          cursor.fail("',' or the end of the statement");
          this.reject(cursor);
        }
        return;
      }
      position = cursor.position;
    }
  }

  #emitLiteral(entry: PoolEntry, placed: PlacedItem, bytes: Uint8Array, at: number): void {
    const scope = this.#scope({ ...placed, sequence: entry.sequence });
    const cursor = new Cursor(entry.tokens, scope, entry.position);
    this.#guard(entry.statement, () => this.#emitValue(cursor, entry.size, bytes, at));
  }

  /** Writes one expression's value, recording a relocation when it is an address. */
  #emitValue(cursor: Cursor, width: number, bytes: Uint8Array, at: number): void {
    const start = cursor.position;
    const value = cursor.expression();
    if (value === undefined) this.reject(cursor);
    let number = value.offset;
    if (value.section !== undefined) {
      number = this.#addressOf(value);
      if (width === 4 || width === 8) this.#relocations.push({ offset: at, width });
      else this.#pin();
    }
    const bits = BigInt(width * 8);
    const fits = width === 8 || (number >= -(1n << (bits - 1n)) && number < 1n << bits);
    if (!fits) {
      cursor.failValue(start, `a value of ${width} ${width === 1 ? 'byte' : 'bytes'}`);
      this.reject(cursor);
    }
    for (let index = 0; index < width; index++)
      bytes[at + index] = Number((number >> BigInt(8 * index)) & 0xffn);
  }

  #addressOf(value: Value): bigint {
    return this.origin + BigInt((value.section as Section).start) + value.offset;
  }

  #pin(): void {
    const reason = `line ${this.#statement.line}: ${this.#statement.text}`;
    if (!this.#pinnedBy.includes(reason)) this.#pinnedBy.push(reason);
  }

  #finalSymbols(): { symbols: Map<string, bigint>; addressSymbols: Set<string> } {
    const symbols = new Map<string, bigint>();
    const addressSymbols = new Set<string>();
    for (const [name, entry] of this.#symbols) {
      const value = 'tokens' in entry ? this.#resolveDeferred(name, entry) : entry;
      if (value === undefined) continue;
      if (value.section !== undefined) addressSymbols.add(name);
      symbols.set(
        name,
        BigInt.asUintN(64, value.section === undefined ? value.offset : this.#addressOf(value)),
      );
    }
    return { symbols, addressSymbols };
  }

  #resolveDeferred(name: string, symbol: DeferredSymbol): Value | undefined {
    if (!this.#laidOut || this.#evaluating.has(name)) return undefined;
    this.#evaluating.add(name);
    const value = new Cursor(symbol.tokens, this.#scope(symbol.place), symbol.position).expression();
    this.#evaluating.delete(name);
    if (value !== undefined) this.#symbols.set(name, value);
    return value;
  }

  // --- Names ---

  #scope(place: Place, literal?: PoolEntry): Scope {
    return {
      symbol: (name) => {
        const entry = this.#symbols.get(name);
        return entry !== undefined && 'tokens' in entry ? this.#resolveDeferred(name, entry) : entry;
      },
      local: (number, direction) => {
        const list = this.#localLabels.get(number) ?? [];
        const found =
          direction === 'b'
            ? list.findLast(({ sequence }) => sequence <= place.sequence)
            : list.find(({ sequence }) => sequence > place.sequence);
        return found?.value;
      },
      here: () => ({ offset: BigInt(place.offset), section: place.section }),
      literal: () => literal && { offset: BigInt(literal.offset), section: place.section },
      settle: (value, use) => this.#settle(value, use),
    };
  }

  #settle(value: Value, use: AddressUse): bigint | undefined {
    if (!this.#laidOut) return undefined;
    if (use === 'exact') this.#pin();
    if (use === 'page') this.#usesPages = true;
    return this.#addressOf(value);
  }
}

const LABEL = /^\s*([A-Za-z_.$][\w.$]*|\d+)\s*:(?!:)\s*/;
