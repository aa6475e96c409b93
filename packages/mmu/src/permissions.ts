import { PERMISSION } from '@armature/core';

const { read, write, execute } = PERMISSION;

/** Where the rights of EL0 stand in a rights word; those of EL1 stand in the low three bits. */
export const EL0_RIGHTS_SHIFT = 3;

/**
 * Rights at EL1 and EL0 of a leaf descriptor, hierarchical control included.
 *
 * @param el0 AP[1]: EL0 has data access
 * @param readOnly AP[2]
 * @param uxn execution at EL0 is denied
 * @param pxn execution at EL1 is denied
 * @param wxn SCTLR_EL1.WXN
 * @spec DDI 0487, Access permissions; Execute-never controls
 */
export function rightsOf(el0: boolean, readOnly: boolean, uxn: boolean, pxn: boolean, wxn: boolean): number {
  const el1Data = readOnly ? read : read | write;
  const el0Data = el0 ? el1Data : 0;
  const el0Writes = (el0Data & write) !== 0;
  const el1Executes = !pxn && !el0Writes && !(wxn && !readOnly);
  const el0Executes = !uxn && !(wxn && el0Writes);
  return (
    el1Data | (el1Executes ? execute : 0) | ((el0Data | (el0Executes ? execute : 0)) << EL0_RIGHTS_SHIFT)
  );
}

/** Rights at a privilege. Under PSTATE.PAN, EL1 has no data access to what EL0 can read. */
export function rightsAt(rights: number, privileged: boolean, pan: boolean): number {
  if (!privileged) return rights >> EL0_RIGHTS_SHIFT;
  const el1 = rights & (read | write | execute);
  return pan && hasUnprivilegedData(rights) ? el1 & execute : el1;
}

/** True when EL0 can read. */
export function hasUnprivilegedData(rights: number): boolean {
  return (rights & (read << EL0_RIGHTS_SHIFT)) !== 0;
}
