/** Where the parts of a record are; a length of -1 means null. */
export interface RecordPlaces {
  offsetDelta: number;
  timestampDelta: number;
  keyStart: number;
  keyLength: number;
  valueStart: number;
  valueLength: number;
}

const MORE = 0x80;
const BITS = 0x7f;

/**
 * Finds the parts of the record at `start`, when its varints have at most three bytes (two for its offset and its key), as nearly
 * all have, and gives where it ends. -1 for any other, sound or not, which is read by a cursor that takes and checks everything.
 * Straight code over a local position: a scan reads millions of records a second with it.
 */
export function readPlainRecord(
  bytes: Uint8Array,
  start: number,
  end: number,
  places: RecordPlaces,
): number {
  let at = start;
  let raw = bytes[at++] as number;
  if (raw >= MORE) {
    raw = (raw & BITS) | ((bytes[at] as number) << 7);
    if ((bytes[at++] as number) >= MORE) {
      raw = (raw & 0x3fff) | ((bytes[at] as number) << 14);
      if ((bytes[at++] as number) >= MORE) return -1;
    }
  }
  const recordEnd = at + (raw >>> 1);
  if ((raw & 1) !== 0 || recordEnd > end) return -1;
  at += 1;
  raw = bytes[at++] as number;
  if (raw >= MORE) {
    raw = (raw & BITS) | ((bytes[at] as number) << 7);
    if ((bytes[at++] as number) >= MORE) {
      raw = (raw & 0x3fff) | ((bytes[at] as number) << 14);
      if ((bytes[at++] as number) >= MORE) return -1;
    }
  }
  places.timestampDelta = (raw >>> 1) ^ -(raw & 1);
  raw = bytes[at++] as number;
  if (raw >= MORE) {
    raw = (raw & BITS) | ((bytes[at] as number) << 7);
    if ((bytes[at++] as number) >= MORE) return -1;
  }
  places.offsetDelta = (raw >>> 1) ^ -(raw & 1);
  raw = bytes[at++] as number;
  if (raw >= MORE) {
    raw = (raw & BITS) | ((bytes[at] as number) << 7);
    if ((bytes[at++] as number) >= MORE) return -1;
  }
  places.keyLength = (raw >>> 1) ^ -(raw & 1);
  places.keyStart = at;
  if (places.keyLength > 0) at += places.keyLength;
  if (at >= recordEnd) return -1;
  raw = bytes[at++] as number;
  if (raw >= MORE) {
    raw = (raw & BITS) | ((bytes[at] as number) << 7);
    if ((bytes[at++] as number) >= MORE) {
      raw = (raw & 0x3fff) | ((bytes[at] as number) << 14);
      if ((bytes[at++] as number) >= MORE) return -1;
    }
  }
  places.valueLength = (raw >>> 1) ^ -(raw & 1);
  places.valueStart = at;
  if (places.valueLength > 0) at += places.valueLength;
  // At least the count of its headers follows.
  return at < recordEnd ? recordEnd : -1;
}
