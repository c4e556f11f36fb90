import { crc32c as nativeCrc32c } from '@node-rs/crc32';
import { crc32c } from '../../domain/record/crc32c.ts';
import type { Checksum } from '../../ports/checksum.ts';

/** Below this a call into native code costs more than it saves. */
const NATIVE_FROM_BYTES = 512;

export class NativeChecksum implements Checksum {
  crc32c(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < NATIVE_FROM_BYTES) return crc32c(bytes, start, end);
    return nativeCrc32c(bytes.subarray(start, end));
  }
}
