import { isUtf8 } from 'node:buffer';
import {
  decodeCoordinatorRecord,
  isCoordinatorTopic,
} from '../../domain/protocol/records/coordinator-record.ts';
import { decodeMetadataRecord } from '../../domain/protocol/records/metadata.ts';
import { decodeEndTransactionMarker } from '../../domain/record/control-record.ts';
import type { Record } from '../../domain/record/record.ts';
import { CLUSTER_METADATA_TOPIC } from '../../domain/topic/cluster-metadata.ts';
import { jsonText } from './output.ts';
import { bytesJson } from './record-json.ts';

/** What a line shows of a key or a value. */
const SHOWN_BYTES = 200;

/** What a record of the broker's own topics says; undefined for others, and for what is not understood. */
export function meaningOf(
  topic: string,
  isControl: boolean,
  { key, value }: Record,
): { readonly type: string; readonly key?: unknown; readonly value: unknown } | undefined {
  try {
    if (isControl) {
      const marker = decodeEndTransactionMarker({ key, value });
      return marker && { type: marker.type, value: { coordinatorEpoch: marker.coordinatorEpoch } };
    }
    if (topic === CLUSTER_METADATA_TOPIC && value !== null) {
      const decoded = decodeMetadataRecord(value);
      return { type: decoded.message.name, value: plain(decoded.value) };
    }
    if (!isCoordinatorTopic(topic) || key === null) return undefined;
    const decoded = decodeCoordinatorRecord(topic, key, value);
    return decoded && { ...decoded, key: plain(decoded.key), value: plain(decoded.value) };
  } catch {
    return undefined;
  }
}

/** One line, in which nothing can be mistaken for the end of it. */
export function recordLine(topic: string, isControl: boolean, record: Record): string {
  const { offset, timestampMs, key, value, headers } = record;
  const meaning = meaningOf(topic, isControl, record);
  const what =
    meaning === undefined
      ? [`key ${quoted(key)}`, `value ${quoted(value)}`]
      : [
          meaning.type,
          ...(meaning.key === undefined ? [] : [jsonText(meaning.key)]),
          meaning.value === null ? 'deleted' : jsonText(meaning.value),
        ];
  const named = headers.map((header) => `${JSON.stringify(header.key)}=${quoted(header.value)}`);
  const tail = named.length === 0 ? [] : [`headers ${named.join(' ')}`];
  return `  ${[String(offset), timeText(timestampMs), ...what, ...tail].join('  ')}\n`;
}

/** Text as a JSON string; other bytes escaped one by one. Long ones are cut, and what is left out is counted. */
export function quoted(bytes: Uint8Array | null): string {
  if (bytes === null) return 'null';
  const shown = bytes.subarray(0, SHOWN_BYTES);
  const cut = bytes.length - shown.length;
  const text = isUtf8(bytes)
    ? JSON.stringify(new TextDecoder().decode(shown)).replace(/\uFFFD"$/, '"')
    : `"${Array.from(shown, escaped).join('')}"`;
  return cut === 0 ? text : `${text}+${cut} bytes`;
}

export function timeText(timestampMs: bigint): string {
  const date = new Date(Number(timestampMs));
  return timestampMs < 0n || Number.isNaN(date.getTime())
    ? String(timestampMs)
    : date.toISOString();
}

function escaped(byte: number): string {
  if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** Bytes within become text or base64, as in the JSON of a record. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesJson(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
