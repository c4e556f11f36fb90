import { isUtf8 } from 'node:buffer';
import { jsonText } from './output.ts';
import type { PlacedRecord } from './record-format.ts';

/** One line of JSON. Bytes that are no text become `{"base64": "…"}`. */
export function recordJson(record: PlacedRecord): string {
  const { topic, partition, offset, timestampMs, key, value, headers } = record;
  return jsonText({
    topic,
    partition,
    offset,
    timestamp: timestampMs,
    key: bytesJson(key),
    value: bytesJson(value),
    headers: headers.map((header) => ({ key: header.key, value: bytesJson(header.value) })),
  });
}

export function bytesJson(bytes: Uint8Array | null): string | { readonly base64: string } | null {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer) ? buffer.toString() : { base64: buffer.toString('base64') };
}
