import type { Record } from '../../domain/record/record.ts';
import { usageError } from './cli-error.ts';
import { unescapeText } from './escapes.ts';

/** A record and where it was read. */
export interface PlacedRecord extends Record {
  readonly topic: string;
  readonly partition: number;
}

type Piece = string | Uint8Array;
type Field = (record: PlacedRecord) => Piece;
export type RecordFormat = readonly (string | Field)[];

/** kcat's letters. A missing key or value has the size -1 and no bytes. */
const FIELDS: Readonly<{ [letter: string]: Field }> = {
  t: ({ topic }) => topic,
  p: ({ partition }) => String(partition),
  o: ({ offset }) => String(offset),
  k: ({ key }) => key ?? '',
  s: ({ value }) => value ?? '',
  T: ({ timestampMs }) => String(timestampMs),
  h: ({ headers }) => headersText(headers),
  K: ({ key }) => String(key?.length ?? -1),
  S: ({ value }) => String(value?.length ?? -1),
  R: ({ value }) => bigEndian(value?.length ?? -1),
  '%': () => '%',
};

/** Reads a format such as `%T %k %s\n`; a letter that means nothing is a usage error. */
export function parseRecordFormat(text: string): RecordFormat {
  return text.split(/(%.?)/su).flatMap((part): (string | Field)[] => {
    if (part === '') return [];
    if (!part.startsWith('%')) return [unescapeText(part)];
    const field = Object.hasOwn(FIELDS, part.slice(1)) ? FIELDS[part.slice(1)] : undefined;
    if (field !== undefined) return [field];
    const letters = Object.keys(FIELDS).join(' %');
    throw usageError(`--format: ${JSON.stringify(part)} means nothing; there are %${letters}`);
  });
}

/** Appends the pieces of one record; keys and values are passed on byte by byte. */
export function formatRecord(format: RecordFormat, record: PlacedRecord, into: Piece[]): void {
  for (const part of format) into.push(typeof part === 'string' ? part : part(record));
}

function headersText(headers: PlacedRecord['headers']): string {
  return headers
    .map(({ key, value }) => `${key}=${value === null ? 'NULL' : Buffer.from(value).toString()}`)
    .join(',');
}

function bigEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
