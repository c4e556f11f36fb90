import { ProtocolError } from './protocol-error.ts';

/** Kafka's `Uuid.ZERO_UUID` in its printed form. */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';
export const UUID_BYTES = 16;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const INVALID = 255;
const VALUES = new Uint8Array(128).fill(INVALID);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/**
 * Prints the 16 bytes at `at` as Kafka's `Uuid.toString`: 22 characters of unpadded base64url. Written out, because a text that
 * is put together piece by piece stays a tree of pieces, which costs ten times the time and memory; ids are kept by the million.
 */
export function uuidFromBytes(bytes: Uint8Array, at: number): string {
  const a = tripleAt(bytes, at);
  const b = tripleAt(bytes, at + 3);
  const c = tripleAt(bytes, at + 6);
  const d = tripleAt(bytes, at + 9);
  const e = tripleAt(bytes, at + 12);
  const last = bytes[at + 15] as number;
  return String.fromCharCode(
    CODES[a >> 18]!,
    CODES[(a >> 12) & 63]!,
    CODES[(a >> 6) & 63]!,
    CODES[a & 63]!,
    CODES[b >> 18]!,
    CODES[(b >> 12) & 63]!,
    CODES[(b >> 6) & 63]!,
    CODES[b & 63]!,
    CODES[c >> 18]!,
    CODES[(c >> 12) & 63]!,
    CODES[(c >> 6) & 63]!,
    CODES[c & 63]!,
    CODES[d >> 18]!,
    CODES[(d >> 12) & 63]!,
    CODES[(d >> 6) & 63]!,
    CODES[d & 63]!,
    CODES[e >> 18]!,
    CODES[(e >> 12) & 63]!,
    CODES[(e >> 6) & 63]!,
    CODES[e & 63]!,
    CODES[last >> 2]!,
    CODES[(last & 3) << 4]!,
  );
}

function tripleAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number)
  );
}

/** Writes the 16 bytes of a printed uuid at `at`. */
export function uuidToBytes(uuid: string, bytes: Uint8Array, at: number): void {
  if (uuid.length !== 22) throw new ProtocolError(`not a uuid of 22 characters: ${uuid}`);
  let to = at;
  for (let i = 0; i < 20; i += 4) {
    const triple =
      (digit(uuid, i) << 18) |
      (digit(uuid, i + 1) << 12) |
      (digit(uuid, i + 2) << 6) |
      digit(uuid, i + 3);
    bytes[to++] = triple >> 16;
    bytes[to++] = (triple >> 8) & 0xff;
    bytes[to++] = triple & 0xff;
  }
  bytes[to] = (digit(uuid, 20) << 2) | (digit(uuid, 21) >> 4);
}

function digit(uuid: string, i: number): number {
  const value = VALUES[uuid.charCodeAt(i)];
  if (value === undefined || value === INVALID) {
    throw new ProtocolError(`not a base64url uuid: ${uuid}`);
  }
  return value;
}
