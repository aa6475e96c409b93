/** The modules that were made last, so that what is made for the same shape again needs no second one. */
export class ModuleCache {
  readonly #modules = new Map<string, WebAssembly.Module>();
  readonly #most: number;

  /** @param most modules that are kept at the most */
  constructor(most = 16) {
    this.#most = most;
  }

  /**
   * @param key what the module is made for
   * @param write its bytes, called when it is not there
   */
  get(key: string, write: () => Uint8Array<ArrayBuffer>): WebAssembly.Module {
    const module = this.#modules.get(key) ?? new WebAssembly.Module(write());
    // The one that was asked for last comes last.
    this.#modules.delete(key);
    this.#modules.set(key, module);
    for (const oldest of this.#modules.keys()) {
      if (this.#modules.size <= this.#most) break;
      this.#modules.delete(oldest);
    }
    return module;
  }

  /**
   * The functions of a module on a host's memory and functions.
   *
   * @param host what the module imports
   */
  instantiate<Functions>(
    key: string,
    write: () => Uint8Array<ArrayBuffer>,
    host: Readonly<Record<string, WebAssembly.ImportValue>>,
  ): Functions {
    const { exports } = new WebAssembly.Instance(this.get(key, write), { host });
    // Functions of a plain object are called faster than those of a module's exports.
    return { ...exports } as Functions;
  }
}
