export { type Pl031Options, pl031 } from './part.ts';
export { Pl031, type Pl031Config, type Pl031State } from './pl031.ts';
export { PL031_REGISTER } from './registers.ts';
