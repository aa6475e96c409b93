/**
 * Numbers of the semihosting interface.
 *
 * @spec Arm 100863, Semihosting for AArch32 and AArch64, Semihosting operations
 */

/** Operations, in W0. */
export const OPERATION = {
  SYS_OPEN: 0x01,
  SYS_CLOSE: 0x02,
  SYS_WRITEC: 0x03,
  SYS_WRITE0: 0x04,
  SYS_WRITE: 0x05,
  SYS_READ: 0x06,
  SYS_READC: 0x07,
  SYS_ISERROR: 0x08,
  SYS_ISTTY: 0x09,
  SYS_SEEK: 0x0a,
  SYS_FLEN: 0x0c,
  SYS_TMPNAM: 0x0d,
  SYS_REMOVE: 0x0e,
  SYS_RENAME: 0x0f,
  SYS_CLOCK: 0x10,
  SYS_TIME: 0x11,
  SYS_SYSTEM: 0x12,
  SYS_ERRNO: 0x13,
  SYS_GET_CMDLINE: 0x15,
  SYS_HEAPINFO: 0x16,
  SYS_EXIT: 0x18,
  SYS_EXIT_EXTENDED: 0x20,
  SYS_ELAPSED: 0x30,
  SYS_TICKFREQ: 0x31,
} as const;

/** What SYS_ERRNO gives: the numbers of Linux, which C libraries for semihosting expect. */
export const ERRNO = {
  ENOENT: 2,
  EIO: 5,
  EBADF: 9,
  EACCES: 13,
  EFAULT: 14,
  EEXIST: 17,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  EMFILE: 24,
  ENOSPC: 28,
  ESPIPE: 29,
  ENAMETOOLONG: 36,
  ENOSYS: 38,
  ENOTEMPTY: 39,
} as const;

/** SYS_EXIT: the application ended by itself; the subcode is its status. */
export const APPLICATION_EXIT = 0x2_0026n;
