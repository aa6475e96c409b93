export { type MachineGpio, type Pl061Options, pl061 } from './part.ts';
export { Pl061, type Pl061Config, type Pl061State } from './pl061.ts';
export type { MachinePowerButton } from './power-button.ts';
export { dataOffset, PL061_REGISTER } from './registers.ts';
