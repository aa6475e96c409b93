import {
  ArmatureError,
  type InterruptController,
  type InterruptSpec,
  type IrqLine,
  spi,
} from '@armature/core';
import type { NamedPart } from './any-part.ts';

/** An interrupt as people read it: `SPI 1`. */
export function formatInterrupt(spec: InterruptSpec): string {
  return `${spec.type.toUpperCase()} ${spec.number}`;
}

const key = (spec: InterruptSpec): string => `${spec.type}:${spec.number}`;

/**
 * Gives out interrupts: explicit ones are claimed when the map is made, the others get the lowest SPI that is
 * free. A line tells `onChange` whenever it rises.
 */
export class InterruptMap {
  private readonly claims = new Map<string, string>();
  private readonly onRise: () => void;

  /** @throws INTERRUPT_CONFLICT naming both parts; INTERRUPT_UNAVAILABLE without a controller */
  constructor(parts: readonly NamedPart[], onRise: () => void) {
    this.onRise = onRise;
    const controller = parts.some(({ part }) => part.provides.includes('interrupt-controller'));
    for (const { name, part } of parts) {
      for (const request of part.interrupts ?? []) {
        if (!controller) {
          const wanted = request.spec === undefined ? 'an interrupt' : formatInterrupt(request.spec);
          throw new ArmatureError(
            'INTERRUPT_UNAVAILABLE',
            `${name} asks for ${wanted}, and this machine has no interrupt controller`,
            {
              context: { part: name, interrupt: request.name },
              hint: 'Add a part that provides interrupt-controller, such as wiredInterrupts().',
            },
          );
        }
        if (request.spec !== undefined) this.claim(request.spec, name);
      }
    }
  }

  /** Lines of one part's requests, by name. @throws INTERRUPT_UNAVAILABLE */
  connect(
    { name, part }: NamedPart,
    controller: InterruptController | undefined,
  ): Record<string, { line: IrqLine; spec: InterruptSpec }> {
    const connected: Record<string, { line: IrqLine; spec: InterruptSpec }> = {};
    if (controller === undefined) return connected;
    for (const request of part.interrupts ?? []) {
      const spec = request.spec ?? this.assign(name, controller);
      checkExists(name, spec, controller);
      connected[request.name] = { spec, line: this.watch(controller.line(spec)) };
    }
    return connected;
  }

  private claim(spec: InterruptSpec, part: string): void {
    const owner = this.claims.get(key(spec));
    if (owner !== undefined) {
      throw new ArmatureError(
        'INTERRUPT_CONFLICT',
        `${owner} and ${part} both use interrupt ${formatInterrupt(spec)}`,
        {
          context: { interrupt: spec, parts: [owner, part] },
          hint: `Give ${part} another interrupt, or leave it out to have one assigned.`,
        },
      );
    }
    this.claims.set(key(spec), part);
  }

  private assign(part: string, controller: InterruptController): InterruptSpec {
    for (let number = 0; number < controller.lines.spi; number++) {
      if (this.claims.has(key(spi(number)))) continue;
      this.claim(spi(number), part);
      return spi(number);
    }
    throw new ArmatureError(
      'INTERRUPT_UNAVAILABLE',
      `${part} asks for an interrupt, and all ${controller.lines.spi} SPIs are taken`,
      { context: { part, spis: controller.lines.spi }, hint: 'Use a controller with more SPIs.' },
    );
  }

  private watch(line: IrqLine): IrqLine {
    const { onRise } = this;
    return {
      get level() {
        return line.level;
      },
      set(level) {
        line.set(level);
        if (level) onRise();
      },
    };
  }
}

function checkExists(part: string, spec: InterruptSpec, controller: InterruptController): void {
  const count = controller.lines[spec.type];
  if (Number.isInteger(spec.number) && spec.number >= 0 && spec.number < count) return;
  throw new ArmatureError(
    'INTERRUPT_UNAVAILABLE',
    `${part} asks for ${formatInterrupt(spec)}, and the controller has ${
      count > 0 ? `${spec.type.toUpperCase()}s 0 to ${count - 1}` : `no ${spec.type.toUpperCase()}s`
    }`,
    { context: { part, interrupt: spec, count }, hint: 'Choose an interrupt that the controller has.' },
  );
}
