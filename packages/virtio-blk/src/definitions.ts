/**
 * The block device's features, requests and configuration.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, Block Device
 */

/** Numbers of the feature bits. */
export const BLOCK_FEATURE = {
  SEG_MAX: 2,
  RO: 5,
  BLK_SIZE: 6,
  FLUSH: 9,
  TOPOLOGY: 10,
  CONFIG_WCE: 11,
  DISCARD: 13,
  WRITE_ZEROES: 14,
} as const;

/** Types of requests. */
export const REQUEST = {
  IN: 0,
  OUT: 1,
  FLUSH: 4,
  GET_ID: 8,
  DISCARD: 11,
  WRITE_ZEROES: 13,
} as const;

/** The last byte of a request. */
export const BLOCK_STATUS = { OK: 0, IOERR: 1, UNSUPP: 2 } as const;

/** Bytes of a request before its data: type, reserved, sector. */
export const HEADER_BYTES = 16;
/** Bytes of the name that GET_ID gives. */
export const ID_BYTES = 20;
/** Bytes of one range of a discard or write-zeroes request: sector, sectors, flags. */
export const RANGE_BYTES = 16;
/** The flag of a range that allows write-zeroes to give up the bytes' room. */
export const RANGE_UNMAP = 1;
/** The unit of sectors in requests and configuration, whatever the block size. */
export const SECTOR = 512;

/** Offsets of fields in the configuration space. */
export const CONFIGURATION = {
  capacity: 0 /* le64: sectors */,
  sizeMax: 8,
  segMax: 12 /* le32 */,
  blockSize: 20 /* le32: bytes */,
  physicalBlockExponent: 24 /* u8 */,
  alignmentOffset: 25 /* u8 */,
  minimumIo: 26 /* le16: blocks */,
  optimalIo: 28 /* le32: blocks */,
  writeback: 32 /* u8, writable with CONFIG_WCE */,
  queues: 34 /* le16 */,
  maximumDiscardSectors: 36 /* le32 */,
  maximumDiscardRanges: 40 /* le32 */,
  discardAlignment: 44 /* le32: sectors */,
  maximumZeroSectors: 48 /* le32 */,
  maximumZeroRanges: 52 /* le32 */,
  zeroMayUnmap: 56 /* u8 */,
  bytes: 60,
} as const;
