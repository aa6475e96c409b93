import { Bytes, type Code } from './code.ts';
import { OP, TYPE, type ValueType } from './opcodes.ts';

export interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

interface FunctionBody {
  readonly signature: Signature;
  readonly locals: readonly ValueType[];
  readonly code: Code;
}

const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  global: 6,
  export: 7,
  element: 9,
  code: 10,
} as const;
/** Kinds of exports. */
const KIND = { function: 0, global: 3 } as const;

/** Functions put into an imported table when the module is instantiated, from a place in it on. */
interface ElementSegment {
  readonly table: number;
  readonly start: number;
  readonly functions: readonly number[];
}

/**
 * Assembles a WebAssembly module that imports one memory, some functions and some tables of functions, all from
 * module `env`.
 */
export class ModuleWriter {
  private readonly signatures: Signature[] = [];
  private readonly imports: { name: string; signature: Signature }[] = [];
  private readonly importedTables: string[] = [];
  private readonly functions: FunctionBody[] = [];
  private readonly table: number[] = [];
  private readonly segments: ElementSegment[] = [];
  private readonly exports: { readonly name: string; readonly kind: number; readonly index: number }[] = [];
  private globals = 0;
  private readonly memoryPages: { initial: number; maximum: number; shared: boolean };

  constructor(memory: { initial: number; maximum: number; shared: boolean }) {
    this.memoryPages = memory;
  }

  /** All imports come before the first function. Returns the function's index. */
  importFunction(name: string, params: readonly ValueType[], results: readonly ValueType[]): number {
    if (this.functions.length > 0) throw new Error('code generator: imports come first');
    this.imports.push({ name, signature: { params, results } });
    return this.imports.length - 1;
  }

  /** All tables are imported before the module has one of its own. Returns the table's index. */
  importTable(name: string): number {
    return this.importedTables.push(name) - 1;
  }

  /** Index of the module's own table. */
  get ownTable(): number {
    return this.importedTables.length;
  }

  /** Has functions put into an imported table, at consecutive places. */
  addElements(table: number, start: number, functions: readonly number[]): void {
    this.segments.push({ table, start, functions });
  }

  /** Index that the next function added will have. */
  get nextFunction(): number {
    return this.imports.length + this.functions.length;
  }

  addFunction(
    params: readonly ValueType[],
    results: readonly ValueType[],
    locals: readonly ValueType[],
    code: Code,
    exportName?: string,
  ): number {
    this.functions.push({ signature: { params, results }, locals, code });
    const index = this.imports.length + this.functions.length - 1;
    if (exportName !== undefined) this.exportFunction(exportName, index);
    return index;
  }

  /** Exports a function, an imported one too. */
  exportFunction(name: string, index: number): void {
    this.exports.push({ name, kind: KIND.function, index });
  }

  /** Adds a variable of 64 bits, 0 at first, and exports it. Returns its index. */
  addGlobal(name: string): number {
    this.exports.push({ name, kind: KIND.global, index: this.globals });
    return this.globals++;
  }

  /** Puts a function into the module's own table, for `Code.callIndirect`. Returns its index there. */
  addToTable(functionIndex: number): number {
    return this.table.push(functionIndex) - 1;
  }

  /** The number of a signature, for `Code.callIndirect`. */
  signatureIndex(params: readonly ValueType[], results: readonly ValueType[]): number {
    return this.typeIndex({ params, results });
  }

  finish(): Uint8Array<ArrayBuffer> {
    const module = new Bytes();
    module.append(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    const elements = [...this.segments];
    if (this.table.length > 0) elements.push({ table: this.ownTable, start: 0, functions: this.table });
    const types = [...this.imports, ...this.functions].map(({ signature }) => this.typeIndex(signature));
    section(module, SECTION.type, (out) => {
      out.unsigned(this.signatures.length);
      for (const { params, results } of this.signatures) {
        out.byte(TYPE.func);
        for (const list of [params, results]) {
          out.unsigned(list.length);
          for (const type of list) out.byte(TYPE[type]);
        }
      }
    });
    section(module, SECTION.import, (out) => {
      out.unsigned(this.imports.length + this.importedTables.length + 1);
      out.name('env');
      out.name('memory');
      out.byte(2);
      out.byte(this.memoryPages.shared ? 3 : 1);
      out.unsigned(this.memoryPages.initial);
      out.unsigned(this.memoryPages.maximum);
      this.imports.forEach(({ name }, index) => {
        out.name('env');
        out.name(name);
        out.byte(0);
        out.unsigned(types[index]);
      });
      for (const name of this.importedTables) {
        out.name('env');
        out.name(name);
        out.byte(1);
        out.byte(TYPE.funcref);
        out.byte(0);
        out.unsigned(0);
      }
    });
    section(module, SECTION.function, (out) => {
      out.unsigned(this.functions.length);
      for (let index = 0; index < this.functions.length; index++) {
        out.unsigned(types[this.imports.length + index]);
      }
    });
    if (this.table.length > 0) {
      section(module, SECTION.table, (out) => {
        out.unsigned(1);
        out.byte(TYPE.funcref);
        out.byte(0);
        out.unsigned(this.table.length);
      });
    }
    if (this.globals > 0) {
      section(module, SECTION.global, (out) => {
        out.unsigned(this.globals);
        for (let index = 0; index < this.globals; index++) {
          out.byte(TYPE.i64);
          out.byte(1);
          out.byte(OP.i64Const);
          out.signed32(0);
          out.byte(OP.end);
        }
      });
    }
    section(module, SECTION.export, (out) => {
      out.unsigned(this.exports.length);
      for (const { name, kind, index } of this.exports) {
        out.name(name);
        out.byte(kind);
        out.unsigned(index);
      }
    });
    if (elements.length > 0) {
      section(module, SECTION.element, (out) => {
        // Active segments of function indices.
        out.unsigned(elements.length);
        for (const { table, start, functions } of elements) {
          out.unsigned(table === 0 ? 0 : 2);
          if (table !== 0) out.unsigned(table);
          out.byte(OP.i32Const);
          out.signed32(start);
          out.byte(OP.end);
          if (table !== 0) out.byte(0);
          out.unsigned(functions.length);
          for (const index of functions) out.unsigned(index);
        }
      });
    }
    const headers = this.functions.map(({ locals }) => localDeclarations(locals));
    this.writeHints(module, headers);
    section(module, SECTION.code, (out) => {
      out.unsigned(this.functions.length);
      for (const [index, { code }] of this.functions.entries()) {
        const header = headers[index];
        out.unsigned(header.length + code.length);
        out.append(header.view());
        out.append(code.view());
      }
    });
    return module.view().slice();
  }

  /** @spec WebAssembly Branch Hinting, metadata.code.branch_hint */
  private writeHints(module: Bytes, headers: readonly Bytes[]): void {
    const hinted = [...this.functions.entries()].filter(([, { code }]) => code.hints.length > 0);
    if (hinted.length === 0) return;
    section(module, SECTION.custom, (out) => {
      out.name('metadata.code.branch_hint');
      out.unsigned(hinted.length);
      for (const [index, { code }] of hinted) {
        out.unsigned(this.imports.length + index);
        out.unsigned(code.hints.length);
        for (const { at, likely } of code.hints) {
          out.unsigned(headers[index].length + at);
          out.byte(1);
          out.byte(likely ? 1 : 0);
        }
      }
    });
  }

  private typeIndex(signature: Signature): number {
    const key = JSON.stringify(signature);
    const found = this.signatures.findIndex((other) => JSON.stringify(other) === key);
    if (found >= 0) return found;
    return this.signatures.push(signature) - 1;
  }
}

/** Locals of equal type that follow each other are declared together. */
function localDeclarations(locals: readonly ValueType[]): Bytes {
  const runs: { type: ValueType; count: number }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  const header = new Bytes();
  header.unsigned(runs.length);
  for (const { type, count } of runs) {
    header.unsigned(count);
    header.byte(TYPE[type]);
  }
  return header;
}

function section(module: Bytes, id: number, write: (out: Bytes) => void): void {
  const body = new Bytes();
  write(body);
  module.byte(id);
  module.unsigned(body.length);
  module.append(body.view());
}
