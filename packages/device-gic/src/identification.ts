/** Offset of the first peripheral identification register in a 4 KiB frame. */
const FIRST = 0xfd0;

/** GICD_IIDR, GICR_IIDR: implementer Arm. */
export const ARM_IIDR = 0x43b;

/** Bytes of a frame's identification registers, PIDR4 to CIDR3, one per 32-bit register. */
export interface FrameIdentification {
  readonly pidr4: number;
  readonly pidr0: number;
  readonly pidr1: number;
  readonly pidr2: number;
}

/**
 * Reads an identification register.
 *
 * @param offset in the last 4 KiB of a frame
 * @spec IHI 0069, Identification registers
 */
export function readIdentification(id: FrameIdentification, offset: number): number {
  switch (offset - FIRST) {
    case 0x00:
      return id.pidr4;
    case 0x10:
      return id.pidr0;
    case 0x14:
      return id.pidr1;
    case 0x18:
      return id.pidr2;
    case 0x20:
      return 0x0d;
    case 0x24:
      return 0xf0;
    case 0x28:
      return 0x05;
    case 0x2c:
      return 0xb1;
    default:
      return 0;
  }
}
