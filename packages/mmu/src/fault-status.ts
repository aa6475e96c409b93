/** Fault status codes of a walk; the level goes into the low two bits. @spec DDI 0487, ESR_EL1, DFSC */
export const FAULT_STATUS = {
  addressSize: 0b000000,
  translation: 0b000100,
  accessFlag: 0b001000,
  permission: 0b001100,
  externalAbortOnWalk: 0b010100,
  /** A leaf whose access flag or dirty state hardware can't update. */
  unsupportedUpdate: 0b110001,
} as const;
