import { KafkaError } from '../../domain/kafka-error.ts';

const MIN_MATCH = 4;

/** What an lz4 block decompresses to in bytes, from its sequences alone. */
export function lz4BlockLength(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let length = 0;
  while (at < end) {
    const token = bytes[at++] as number;
    let literals = token >> 4;
    for (let more = literals === 15; more; ) {
      const byte = byteAt(bytes, at++, end);
      literals += byte;
      more = byte === 255;
    }
    at += literals;
    length += literals;
    if (at > end) throw cut();
    // The last sequence is literals only.
    if (at === end) return length;
    at += 2;
    let match = token & 15;
    for (let more = match === 15; more; ) {
      const byte = byteAt(bytes, at++, end);
      match += byte;
      more = byte === 255;
    }
    length += match + MIN_MATCH;
  }
  throw cut();
}

function byteAt(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) throw cut();
  return bytes[at] as number;
}

function cut(): KafkaError {
  return new KafkaError('CORRUPT_MESSAGE', 'lz4: a block is cut off');
}
