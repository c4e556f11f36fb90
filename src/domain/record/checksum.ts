/** CRC-32C (Castagnoli), the checksum of record batches. */
export interface Checksum {
  /** The unsigned 32-bit CRC-32C of `bytes[start, end)`. */
  crc32c(bytes: Uint8Array, start: number, end: number): number;
}
