/** Counts what compiled code calls, by kind, system registers by name, and devices by the part that they are of. */
import type { Machine } from '@armature/machine';

/** How often something happened, by name, the commonest first. */
export type Counts = Readonly<Record<string, number>>;

type Callable = (...args: number[]) => unknown;

class Tally {
  private readonly counts = new Map<string, number>();

  add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  get sorted(): Counts {
    return Object.fromEntries([...this.counts].sort((a, b) => b[1] - a[1]));
  }
}

/** Calls out of compiled code that carry the word of a system instruction. */
const SYSTEM_CALLS: Readonly<Record<string, string>> = {
  systemRead: 'MRS',
  systemWrite: 'MSR',
  systemOperation: 'SYS',
};

/** Why `enter` is called. */
const ENTER_REASONS = [
  'enter: run, or a jump to a page not at hand',
  'enter: fault',
  'enter: replay',
  'enter: done',
];

export class CallCounts {
  private readonly calls = new Tally();
  private readonly registers = new Tally();
  private readonly devices = new Tally();
  private machine: Machine | undefined;
  /** Milliseconds that the host took to compile, and bytes that it compiled. */
  compileTime = 0;
  compiledBytes = 0;

  /** Watches modules that are made from now on; returns a function that ends it. */
  watchModules(): () => void {
    const { compile, instantiate } = WebAssembly;
    const own = {
      compile: async (bytes: BufferSource): Promise<WebAssembly.Module> => {
        const from = performance.now();
        const module = await compile(bytes);
        this.compileTime += performance.now() - from;
        this.compiledBytes += bytes.byteLength;
        return module;
      },
      instantiate: (module: WebAssembly.Module, imports: WebAssembly.Imports): Promise<unknown> =>
        instantiate(module, { ...imports, env: this.counted(imports['env'] ?? {}) }),
    };
    Object.assign(WebAssembly, own);
    return () => Object.assign(WebAssembly, { compile, instantiate });
  }

  /** Watches a machine's bus, and names system registers by what it has. */
  watchMachine(machine: Machine): void {
    this.machine = machine;
    const { bus } = machine;
    const read = bus.read.bind(bus);
    const write = bus.write.bind(bus);
    const own: Pick<typeof bus, 'read' | 'write'> = {
      read: (address, size) => {
        this.devices.add(`${this.partAt(address)} read`);
        return read(address, size);
      },
      write: (address, size, value) => {
        this.devices.add(`${this.partAt(address)} write`);
        return write(address, size, value);
      },
    };
    Object.assign(bus, own);
  }

  get byKind(): Counts {
    return this.calls.sorted;
  }

  get byRegister(): Counts {
    return this.registers.sorted;
  }

  get byDevice(): Counts {
    return this.devices.sorted;
  }

  private counted(imports: WebAssembly.ModuleImports): WebAssembly.ModuleImports {
    return Object.fromEntries(
      Object.entries(imports).map(([name, value]) => [
        name,
        typeof value === 'function' ? this.wrap(name, value as Callable) : value,
      ]),
    );
  }

  private wrap(name: string, call: Callable): Callable {
    const mnemonic = SYSTEM_CALLS[name];
    if (mnemonic !== undefined) {
      return (...args) => {
        this.calls.add(name);
        this.registers.add(`${mnemonic} ${this.registerName(args[0]!)}`);
        return call(...args);
      };
    }
    if (name === 'enter') {
      return (...args) => {
        this.calls.add(ENTER_REASONS[args[0]!] ?? name);
        return call(...args);
      };
    }
    return (...args) => {
      this.calls.add(name);
      return call(...args);
    };
  }

  /** By the fields op0 to op2 of an instruction. */
  private registerName(word: number): string {
    const key = (word >>> 5) & 0xffff;
    return this.machine?.systemRegisters.lookup(key)?.name ?? `0x${key.toString(16)}`;
  }

  private partAt(address: number): string {
    const region = this.machine?.regions.find(({ base, size }) => address >= base && address < base + size);
    return region === undefined ? 'nothing' : `${region.part}`;
  }
}
