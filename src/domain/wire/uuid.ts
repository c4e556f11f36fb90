import { ProtocolError } from './protocol-error.ts';

/** Kafka's `Uuid.ZERO_UUID` in its printed form. */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';
export const UUID_BYTES = 16;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const CHARACTERS = ALPHABET.split('');
const INVALID = 255;
const VALUES = new Uint8Array(128).fill(INVALID);
for (let i = 0; i < 64; i++) VALUES[ALPHABET.charCodeAt(i)] = i;

/** Prints the 16 bytes at `at` as Kafka's `Uuid.toString`: 22 characters of unpadded base64url. */
export function uuidFromBytes(bytes: Uint8Array, at: number): string {
  let text = '';
  for (let i = at; i < at + 15; i += 3) {
    const triple =
      ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number);
    text += CHARACTERS[triple >> 18] as string;
    text += CHARACTERS[(triple >> 12) & 63] as string;
    text += CHARACTERS[(triple >> 6) & 63] as string;
    text += CHARACTERS[triple & 63] as string;
  }
  const last = bytes[at + 15] as number;
  return text + CHARACTERS[last >> 2] + CHARACTERS[(last & 3) << 4];
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
