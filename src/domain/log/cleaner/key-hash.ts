const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

/** Four 32-bit words of a key's hash. */
export interface KeyHash {
  h1: number;
  h2: number;
  h3: number;
  h4: number;
}

/**
 * MurmurHash3_x86_128 of the bytes `[start, start + length)`, into `out`. Fast without native code; the seed, which nobody outside
 * knows, keeps a producer from making up keys that collide.
 */
export function hashKey(
  bytes: Uint8Array,
  start: number,
  length: number,
  seed: number,
  out: KeyHash,
): void {
  let h1 = seed | 0;
  let h2 = seed | 0;
  let h3 = seed | 0;
  let h4 = seed | 0;
  const tailAt = start + (length & ~15);
  for (let at = start; at < tailAt; at += 16) {
    h1 ^= mix(word(bytes, at), C1, 15, C2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= mix(word(bytes, at + 4), C2, 16, C3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= mix(word(bytes, at + 8), C3, 17, C4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= mix(word(bytes, at + 12), C4, 18, C1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  const rest = length & 15;
  if (rest > 12) h4 ^= mix(tail(bytes, tailAt + 12, rest - 12), C4, 18, C1);
  if (rest > 8) h3 ^= mix(tail(bytes, tailAt + 8, rest - 8), C3, 17, C4);
  if (rest > 4) h2 ^= mix(tail(bytes, tailAt + 4, rest - 4), C2, 16, C3);
  if (rest > 0) h1 ^= mix(tail(bytes, tailAt, rest), C1, 15, C2);
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = (h2 + h1) | 0;
  h3 = (h3 + h1) | 0;
  h4 = (h4 + h1) | 0;
  h1 = finish(h1);
  h2 = finish(h2);
  h3 = finish(h3);
  h4 = finish(h4);
  h1 = (h1 + h2 + h3 + h4) | 0;
  out.h1 = h1;
  out.h2 = (h2 + h1) | 0;
  out.h3 = (h3 + h1) | 0;
  out.h4 = (h4 + h1) | 0;
}

function mix(k: number, first: number, turn: number, second: number): number {
  return Math.imul(rotate(Math.imul(k, first), turn), second);
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function finish(hash: number): number {
  let h = hash;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** Up to four bytes. */
function tail(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = Math.min(count, 4) - 1; i >= 0; i--)
    value = (value << 8) | (bytes[at + i] as number);
  return value;
}
