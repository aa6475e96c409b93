export { checkAccess, readRegister, writeRegister } from './access.ts';
export { createSystemRegisters } from './registry.ts';
export { NO_STORAGE, PRIVATE_SLOT_COUNT } from './resolve.ts';
