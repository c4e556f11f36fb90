/** Bytes of `value` as an unsigned varint; `value` is taken as an unsigned 32 bit number. */
export function unsignedVarintSize(value: number): number {
  const bits = 32 - Math.clz32(value);
  return bits === 0 ? 1 : Math.ceil(bits / 7);
}

/** Maps 0, -1, 1, -2… to 0, 1, 2, 3…, so that small negative numbers stay short. */
export function zigZag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

export function unZigZag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

export function zigZagLong(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
}

export function unZigZagLong(value: bigint): bigint {
  return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
}

/** Bytes of `value` as a zig-zag varint. */
export function varintSize(value: number): number {
  return unsignedVarintSize(zigZag(value));
}

/** Bytes of `value` as a zig-zag varlong. */
export function varlongSize(value: bigint): number {
  let rest = zigZagLong(value);
  let size = 1;
  while (rest > 0x7fn) {
    rest >>= 7n;
    size++;
  }
  return size;
}
