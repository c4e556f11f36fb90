import type { RecordHeader, RecordInput } from '../../domain/record/record.ts';

export interface LineRecordOptions {
  readonly keyDelimiter: Uint8Array | undefined;
  readonly headers: readonly RecordHeader[];
  readonly emptyIsNull: boolean;
}

/** The record a line stands for: all of it is the value unless the key's delimiter is found. */
export function lineRecord(
  line: Uint8Array,
  timestampMs: bigint,
  { keyDelimiter, headers, emptyIsNull }: LineRecordOptions,
): RecordInput {
  const bytes = (part: Uint8Array): Uint8Array | null =>
    emptyIsNull && part.length === 0 ? null : part;
  const at =
    keyDelimiter === undefined
      ? -1
      : Buffer.from(line.buffer, line.byteOffset, line.length).indexOf(keyDelimiter);
  if (keyDelimiter === undefined || at < 0) {
    return { timestampMs, key: null, value: bytes(line), headers };
  }
  const value = line.subarray(at + keyDelimiter.length);
  return { timestampMs, key: bytes(line.subarray(0, at)), value: bytes(value), headers };
}
