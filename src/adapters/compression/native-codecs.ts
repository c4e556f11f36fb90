import { createRequire } from 'node:module';

type Snappy = typeof import('snappy');
type Lz4 = typeof import('lz4-napi');

const load = createRequire(import.meta.url);
let loadedSnappy: Snappy | undefined;
let loadedLz4: Lz4 | undefined;

/** Loaded when first used: together they cost a broker that starts as much memory as its own code. */
export function snappy(): Snappy {
  loadedSnappy ??= load('snappy') as Snappy;
  return loadedSnappy;
}

export function lz4(): Lz4 {
  loadedLz4 ??= load('lz4-napi') as Lz4;
  return loadedLz4;
}
