import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_BYTES_MIN, type Chunk, ChunkPool } from '../../../src/adapters/kafka/chunk-pool.ts';
import { FrameReader, FrameSizeError } from '../../../src/adapters/kafka/frame-reader.ts';

function framed(bodies: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    bodies.map((body) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length);
      return Buffer.concat([length, body]);
    }),
  );
}

/** Feeds `stream` in reads of the given sizes and collects frames, holding every `hold`-th frame's chunk. */
function split(stream: Uint8Array, cuts: readonly number[], hold: number): Uint8Array[] {
  const pool = new ChunkPool();
  const reader = new FrameReader(pool, 64 * 1024 * 1024);
  const held: { chunk: Chunk; view: Uint8Array; copy: Uint8Array }[] = [];
  const frames: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; at < stream.length; i += 1) {
    const free = reader.free();
    const count = Math.min(cuts[i % cuts.length]!, free.length, stream.length - at);
    free.set(stream.subarray(at, at + count));
    at += count;
    reader.fill(count);
    while (reader.next()) {
      const { chunk, frameStart, frameEnd } = reader;
      const view = chunk.bytes.subarray(frameStart, frameEnd);
      frames.push(view.slice());
      if (hold > 0 && frames.length % hold === 0) {
        chunk.retain();
        held.push({ chunk, view, copy: view.slice() });
      }
      reader.consume();
    }
  }
  for (const { chunk, view, copy } of held) {
    expect(Buffer.compare(view, copy)).toBe(0);
    chunk.release();
  }
  reader.close();
  expect(pool.usedBytes).toBe(0);
  return frames;
}

const bodyBytes = fc.oneof(fc.nat({ max: 64 }), fc.nat({ max: 700_000 }));

/** Bytes that differ from frame to frame and from place to place. */
function bodyOf(sizeBytes: number, seed: number): Uint8Array {
  const body = new Uint8Array(sizeBytes);
  for (let i = 0; i < sizeBytes; i += 1) body[i] = (i * 31 + seed * 7) & 0xff;
  return body;
}

describe('FrameReader', () => {
  it('gives the same frames for any cut of the stream, and held frames stay', () => {
    fc.assert(
      fc.property(
        fc.array(bodyBytes, { maxLength: 12 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 300_000 })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.integer({ min: 0, max: 3 }),
        (sizesBytes, cuts, hold) => {
          const bodies = sizesBytes.map(bodyOf);
          const stream = framed(bodies);
          // Single bytes are for small streams; a large one would take millions of reads.
          const sizes = stream.length > 20_000 ? cuts.map((cut) => cut + 2_000) : cuts;
          const frames = split(stream, sizes, hold);
          expect(frames.length).toBe(bodies.length);
          expect(frames.every((frame, i) => Buffer.compare(frame, bodies[i]!) === 0)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('does not believe the claim of a large frame', () => {
    const pool = new ChunkPool();
    const reader = new FrameReader(pool, 100 * 1024 * 1024);
    const claim = Buffer.alloc(4);
    claim.writeInt32BE(100 * 1024 * 1024);
    reader.free().set(claim);
    reader.fill(4);
    expect(reader.next()).toBe(false);
    reader.free();
    expect(pool.usedBytes).toBeLessThanOrEqual(256 * 1024);
  });

  it('refuses negative and too large lengths', () => {
    for (const length of [-1, -2_147_483_648, 1025]) {
      const reader = new FrameReader(new ChunkPool(), 1024);
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(length);
      reader.free().set(bytes);
      reader.fill(4);
      expect(() => reader.next()).toThrow(FrameSizeError);
    }
  });

  it('grows its chunk while reads fill it and gives it back when idle', () => {
    const reader = new FrameReader(new ChunkPool(), 1024);
    for (let i = 0; i < 10; i += 1) {
      const free = reader.free();
      free.fill(0);
      reader.fill(free.length);
      while (reader.next()) reader.consume();
    }
    expect(reader.chunkBytes).toBe(256 * 1024);
    expect(reader.shrink()).toBe(true);
    reader.free();
    expect(reader.chunkBytes).toBe(CHUNK_BYTES_MIN);
    expect(reader.shrink()).toBe(false);
  });
});

describe('ChunkPool', () => {
  it('keeps no more than its bound and counts what is used', () => {
    const pool = new ChunkPool(3 * CHUNK_BYTES_MIN);
    const chunks = Array.from({ length: 5 }, () => pool.take(1));
    expect(pool.usedBytes).toBe(5 * CHUNK_BYTES_MIN);
    for (const chunk of chunks) chunk.release();
    expect(pool.usedBytes).toBe(0);
    expect(pool.freeBytes).toBe(3 * CHUNK_BYTES_MIN);
    expect(chunks).toContain(pool.take(10));
    expect(() => pool.take(1).release()).not.toThrow();
  });

  it('tells a chunk released too often', () => {
    const chunk = new ChunkPool().take(1);
    chunk.release();
    expect(() => chunk.release()).toThrow(/released more often/);
  });
});
