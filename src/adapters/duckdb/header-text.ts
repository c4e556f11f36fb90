import { isUtf8 } from 'node:buffer';
import type { RecordCursor } from '../../domain/record/record-cursor.ts';
import { readHeaderCount, readHeaderKeyLength } from '../../domain/record/record-reader.ts';

const encoder = new TextEncoder();

/**
 * The headers of a record as the bytes of a JSON object, undefined without any. A name that comes twice has a list of its
 * values; a value that is no text is in base64.
 */
export function readHeaderText(cursor: RecordCursor): Uint8Array | undefined {
  const count = readHeaderCount(cursor);
  if (count === 0) return undefined;
  const headers = new Map<string, (string | null)[]>();
  for (let i = 0; i < count; i++) {
    const length = readHeaderKeyLength(cursor);
    const start = cursor.position;
    cursor.skip(length);
    const name = textOf(cursor.bytes.subarray(start, start + length));
    const bytes = cursor.readNullableBytes();
    const values = headers.get(name) ?? [];
    values.push(bytes === null ? null : textOf(bytes));
    headers.set(name, values);
  }
  const entries = [...headers].map(([name, values]) => [
    name,
    values.length === 1 ? values[0] : values,
  ]);
  return encoder.encode(JSON.stringify(Object.fromEntries(entries)));
}

function textOf(view: Uint8Array): string {
  // A copy, since the memory may be one that threads share.
  const bytes = Buffer.from(view);
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'base64');
}
