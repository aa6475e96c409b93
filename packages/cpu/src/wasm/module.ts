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
  readonly exportName: string | undefined;
}

const SECTION = { type: 1, import: 2, function: 3, table: 4, export: 7, element: 9, code: 10 } as const;

/** Assembles a WebAssembly module that imports one memory and some functions, all from module `env`. */
export class ModuleWriter {
  private readonly signatures: Signature[] = [];
  private readonly imports: { name: string; signature: Signature }[] = [];
  private readonly functions: FunctionBody[] = [];
  private readonly table: number[] = [];
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
    this.functions.push({ signature: { params, results }, locals, code, exportName });
    return this.imports.length + this.functions.length - 1;
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
      out.unsigned(this.imports.length + 1);
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
    const exported = this.functions.flatMap(({ exportName }, index) =>
      exportName === undefined ? [] : [{ exportName, index: this.imports.length + index }],
    );
    section(module, SECTION.export, (out) => {
      out.unsigned(exported.length);
      for (const { exportName, index } of exported) {
        out.name(exportName);
        out.byte(0);
        out.unsigned(index);
      }
    });
    if (this.table.length > 0) {
      section(module, SECTION.element, (out) => {
        // One active segment of function indices, from entry 0 of table 0 on.
        out.unsigned(1);
        out.unsigned(0);
        out.byte(OP.i32Const);
        out.unsigned(0);
        out.byte(OP.end);
        out.unsigned(this.table.length);
        for (const index of this.table) out.unsigned(index);
      });
    }
    section(module, SECTION.code, (out) => {
      out.unsigned(this.functions.length);
      for (const { locals, code } of this.functions) {
        const header = new Bytes();
        header.unsigned(locals.length);
        for (const type of locals) {
          header.byte(1);
          header.byte(TYPE[type]);
        }
        out.unsigned(header.length + code.length);
        out.append(header.view());
        out.append(code.view());
      }
    });
    return module.view().slice();
  }

  private typeIndex(signature: Signature): number {
    const key = JSON.stringify(signature);
    const found = this.signatures.findIndex((other) => JSON.stringify(other) === key);
    if (found >= 0) return found;
    return this.signatures.push(signature) - 1;
  }
}

function section(module: Bytes, id: number, write: (out: Bytes) => void): void {
  const body = new Bytes();
  write(body);
  module.byte(id);
  module.unsigned(body.length);
  module.append(body.view());
}
