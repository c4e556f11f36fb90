import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { describe, expect, it } from 'vitest';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { COMPRESSION_TYPES } from '../../../src/domain/record/compression.ts';

const compression = new NodeCompression();
const CODECS = COMPRESSION_TYPES.filter((type) => type !== 'none');
const MAX = 64 * 1024 * 1024;

function errorOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as { errorName?: string }).errorName ?? String(error);
  }
}

describe.each(CODECS)('%s', (type) => {
  it('brings back what it compressed', () => {
    const repeated = fc
      .tuple(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.integer({ min: 1, max: 5000 }))
      .map(([bytes, times]) => new Uint8Array(Buffer.alloc(bytes.length * times, bytes)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), repeated), (bytes) => {
        const back = compression.decompress(type, compression.compress(type, bytes), bytes.length);
        expect(Buffer.compare(back, bytes)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('takes bytes that do not compress, over many blocks', () => {
    const bytes = new Uint8Array(300_000);
    for (let i = 0, x = 1; i < bytes.length; i++) {
      x = Math.imul(x, 1664525) + 1013904223;
      bytes[i] = x >>> 24;
    }
    const back = compression.decompress(type, compression.compress(type, bytes), bytes.length);
    expect(Buffer.compare(back, bytes)).toBe(0);
  });

  it('does not grow beyond its bound', () => {
    const bomb = compression.compress(type, new Uint8Array(8 * 1024 * 1024));
    expect(errorOf(() => compression.decompress(type, bomb, 1024 * 1024))).toBe('CORRUPT_MESSAGE');
    expect(errorOf(() => compression.decompress(type, bomb, 8 * 1024 * 1024 - 1))).toBe(
      'CORRUPT_MESSAGE',
    );
  });

  it('answers damaged bytes with CORRUPT_MESSAGE or other bytes, never another error', () => {
    const good = compression.compress(type, Buffer.from('the quick brown fox '.repeat(40)));
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 255 }), fc.nat(), (place, byte, cut) => {
        const bad = Uint8Array.from(good).subarray(0, good.length - (cut % 4));
        bad[place % bad.length] = byte;
        const error = errorOf(() => compression.decompress(type, bad, MAX));
        expect([undefined, 'CORRUPT_MESSAGE']).toContain(error);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses a stream that ends early', () => {
    const good = compression.compress(type, Buffer.from('the quick brown fox '.repeat(40)));
    const cut = good.subarray(0, good.length - 5);
    expect(errorOf(() => compression.decompress(type, cut, MAX))).toBe('CORRUPT_MESSAGE');
  });
});

describe('framing', () => {
  const text = Buffer.from('kafka '.repeat(20_000));

  it('writes snappy in xerial blocks of 32 KiB', () => {
    const bytes = Buffer.from(compression.compress('snappy', text));
    expect(bytes.subarray(0, 16).toString('hex')).toBe('82534e41505059000000000100000001');
    let at = 16;
    let blocks = 0;
    for (; at < bytes.length; blocks++) at += 4 + bytes.readInt32BE(at);
    expect(at).toBe(bytes.length);
    expect(blocks).toBe(Math.ceil(text.length / 32768));
  });

  it('reads bare snappy and xerial streams one after another', () => {
    const bare = compressSync(text);
    expect(Buffer.from(compression.decompress('snappy', bare, MAX)).equals(text)).toBe(true);
    const one = compression.compress('snappy', text);
    const both = compression.decompress('snappy', Buffer.concat([one, one]), MAX);
    expect(both.length).toBe(2 * text.length);
  });

  it('writes lz4 frames that Kafka takes: version 1, independent blocks, an end mark', () => {
    const bytes = Buffer.from(compression.compress('lz4', text));
    expect(bytes.readUInt32LE(0)).toBe(0x184d2204);
    expect(bytes[4]! & 0xe3).toBe(0x60);
    expect(bytes[5]! & 0x8f).toBe(0);
    expect(bytes[5]! >> 4).toBeGreaterThanOrEqual(4);
    expect(bytes.readUInt32LE(bytes.length - 4)).toBe(0);
  });

  it('reads lz4 with checksums and with a wrong one in the header', () => {
    const frame = compressFrameSync(text, { contentChecksum: true, blockChecksums: true });
    expect(Buffer.from(compression.decompress('lz4', frame, MAX)).equals(text)).toBe(true);
    frame[6]! ^= 0xff;
    expect(Buffer.from(compression.decompress('lz4', frame, MAX)).equals(text)).toBe(true);
  });

  it('counts lz4 exactly where the bound is tight', () => {
    const frame = compression.compress('lz4', text);
    expect(compression.decompress('lz4', frame, text.length).length).toBe(text.length);
    expect(errorOf(() => compression.decompress('lz4', frame, text.length - 1))).toBe(
      'CORRUPT_MESSAGE',
    );
  });

  it('counts many short lz4 blocks of a frame with large ones allowed as what they are', () => {
    const one = Buffer.from(compression.compress('lz4', Buffer.alloc(60_000, 'kafka')));
    const block = one.subarray(7, one.length - 4);
    const header = Buffer.from('04224d186070', 'hex');
    const blocks = Array.from({ length: 50 }, () => block);
    const frame = Buffer.concat([header, Buffer.of(0x73), ...blocks, Buffer.alloc(4)]);
    expect(compression.decompress('lz4', frame, 3_000_000).length).toBe(3_000_000);
    expect(errorOf(() => compression.decompress('lz4', frame, 2_999_999))).toBe('CORRUPT_MESSAGE');
  });

  it('reads gzip and zstd of any level', () => {
    const gzip = gzipSync(text, { level: 9 });
    const zstd = zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: 19 } });
    expect(compression.decompress('gzip', gzip, MAX).length).toBe(text.length);
    expect(compression.decompress('zstd', zstd, MAX).length).toBe(text.length);
  });
});
