export { FUNCTION as PSCI_FUNCTION, RESULT as PSCI_RESULT } from './functions.ts';
export { type PsciOptions, psci } from './part.ts';
export { type CpuPower, Psci, type PsciConfig } from './psci.ts';
