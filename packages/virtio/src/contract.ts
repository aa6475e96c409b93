/** For tests of virtio devices: a driver, and the suite that every device should pass. */
export {
  GUEST_RAM,
  GUEST_ROM,
  GuestDriver,
  type GuestDriverOptions,
  GuestQueue,
  type UsedBuffer,
  writeDescriptor,
} from './guest-driver.ts';
