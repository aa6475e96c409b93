export { type MachineConsole, type Pl011Options, pl011 } from './part.ts';
export {
  type CharacterErrors,
  type ModemInputs,
  Pl011,
  type Pl011Config,
  type Pl011Events,
  type Pl011State,
} from './pl011.ts';
export { PL011_REGISTER, type Pl011Revision } from './registers.ts';
