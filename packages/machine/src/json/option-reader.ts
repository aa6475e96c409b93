import { ArmatureError, type InterruptSpec } from '@armature/core';
import { parseInterrupt, parseQuantity, show } from './quantities.ts';

/**
 * Reads the options of one object in a document. Every error names the path of the value: `parts[2].base`.
 * Options that nobody read are errors too, so that a misspelt one does not pass unnoticed.
 */
export class OptionReader {
  /** Where the object is in its document: `parts[2]`. */
  readonly path: string;
  private readonly values: Readonly<Record<string, unknown>>;
  private readonly known = new Set<string>();

  /** @throws CONFIG_INVALID when the value is not an object */
  constructor(path: string, value: unknown) {
    this.path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(path || 'the document', 'an object', value);
    }
    this.values = value as Record<string, unknown>;
  }

  /** A guest physical address, in bytes. */
  address(name: string): number | undefined {
    return this.convert(name, 'an address such as "0x4000_0000"', parseQuantity);
  }

  /** A size, in bytes. */
  size(name: string): number | undefined {
    return this.convert(name, 'a size such as "512MiB"', parseQuantity);
  }

  /** A whole number from 0. */
  count(name: string): number | undefined {
    return this.convert(name, 'a whole number', (value) =>
      Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined,
    );
  }

  number(name: string): number | undefined {
    return this.convert(name, 'a number', (value) => (typeof value === 'number' ? value : undefined));
  }

  text(name: string): string | undefined {
    return this.convert(name, 'a string', (value) => (typeof value === 'string' ? value : undefined));
  }

  flag(name: string): boolean | undefined {
    return this.convert(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  interrupt(name: string): InterruptSpec | 'auto' | undefined {
    return this.convert(name, 'an interrupt such as "spi 1", or "auto"', (value) =>
      value === 'auto' ? 'auto' : parseInterrupt(value),
    );
  }

  choice<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    return this.convert(name, `one of ${choices.join(', ')}`, (value) =>
      choices.find((choice) => choice === value),
    );
  }

  list(name: string): readonly unknown[] | undefined {
    return this.convert(name, 'a list', (value) => (Array.isArray(value) ? value : undefined));
  }

  /** An option that is an object itself. */
  object(name: string): OptionReader | undefined {
    this.known.add(name);
    return this.values[name] === undefined ? undefined : new OptionReader(this.at(name), this.values[name]);
  }

  /** An option of a form of its own. @throws CONFIG_INVALID when `parse` gives undefined */
  convert<Value>(
    name: string,
    expected: string,
    parse: (value: unknown) => Value | undefined,
  ): Value | undefined {
    this.known.add(name);
    const value = this.values[name];
    if (value === undefined) return undefined;
    const converted = parse(value);
    if (converted === undefined) throw invalid(this.at(name), expected, value);
    return converted;
  }

  /** Insists on an option. @throws CONFIG_INVALID */
  required<Value>(name: string, value: Value | undefined): Value {
    if (value === undefined) {
      throw new ArmatureError('CONFIG_INVALID', `${this.at(name)}: missing`, {
        context: { path: this.at(name) },
        hint: `Give ${this.path || 'the document'} a ${name}.`,
      });
    }
    return value;
  }

  /** Refuses options that were not read. @throws CONFIG_INVALID */
  finish(): void {
    const unknown = Object.keys(this.values).find((name) => !this.known.has(name));
    if (unknown === undefined) return;
    throw new ArmatureError('CONFIG_INVALID', `${this.at(unknown)}: there is no such option`, {
      context: { path: this.at(unknown) },
      hint: `The options are ${[...this.known].join(', ')}.`,
    });
  }

  private at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

function invalid(path: string, expected: string, value: unknown): ArmatureError {
  return new ArmatureError('CONFIG_INVALID', `${path}: expected ${expected}, got ${show(value)}`, {
    context: { path, value },
    hint: 'Correct the value in the machine’s JSON document.',
  });
}
