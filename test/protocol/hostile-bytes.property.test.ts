import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ALL_APIS, codec, decodeMetadataRecord } from '../../src/domain/protocol/index.ts';
import { ProtocolError } from '../../src/domain/wire/protocol-error.ts';
import { WireReader } from '../../src/domain/wire/wire-reader.ts';
import { readVectors, unhex, type Vector } from './vector-checker.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
const requests = readVectors(join(GOLDEN, 'requests.jsonl.gz'));
const API_BY_KEY = new Map(ALL_APIS.map((api) => [api.key, api]));

function bodyOf(vector: Vector): Uint8Array {
  return unhex(vector.hex).subarray(vector.headerBytes);
}

/** Decodes; answers whether it was accepted, and lets every error but ProtocolError through. */
function accepts(vector: Vector, bytes: Uint8Array): boolean {
  const api = API_BY_KEY.get(vector.key);
  if (api === undefined) throw new Error(`no table for key ${vector.key}`);
  try {
    codec(api.request, vector.version).decode(new WireReader(bytes));
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

describe('hostile request bytes', () => {
  it('refuses every request cut short', () => {
    for (const vector of requests) {
      const body = bodyOf(vector);
      // Every cut of a short request, a spread of cuts of a long one.
      const step = Math.max(1, Math.floor(body.length / 40));
      for (let length = 0; length < body.length; length += step) {
        expect(accepts(vector, body.subarray(0, length)), `${vector.api} v${vector.version}`).toBe(
          false,
        );
      }
    }
  });

  it('throws nothing but ProtocolError for changed bytes', () => {
    const change = fc.record({
      at: fc.nat(),
      byte: fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xff), fc.nat(255)),
    });
    fc.assert(
      fc.property(
        fc.nat(requests.length - 1),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        (index, changes) => {
          const vector = requests[index] as Vector;
          const bytes = bodyOf(vector).slice();
          for (const { at, byte } of changes) bytes[at % Math.max(1, bytes.length)] = byte;
          accepts(vector, bytes);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('throws nothing but ProtocolError for noise', () => {
    fc.assert(
      fc.property(
        fc.nat(requests.length - 1),
        fc.uint8Array({ maxLength: 200 }),
        (index, noise) => {
          accepts(requests[index] as Vector, noise);
          try {
            decodeMetadataRecord(noise);
          } catch (error) {
            if (!(error instanceof ProtocolError)) throw error;
          }
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('refuses an array longer than its frame before it allocates', () => {
    const lengths = [0x7fffffff, 1_000_001, 5];
    for (const length of lengths) {
      const reader = new WireReader(new Uint8Array(4));
      expect(() => reader.checkArrayLength(length)).toThrow(ProtocolError);
    }
    const reader = new WireReader(new Uint8Array(1_000_002));
    expect(() => reader.checkArrayLength(1_000_001)).toThrow(ProtocolError);
    expect(reader.checkArrayLength(1_000_000)).toBe(1_000_000);
  });

  it('refuses more than 10,000 tagged fields', () => {
    const bytes = new Uint8Array(30_000);
    bytes.set([0x91, 0x4e]); // 10,001
    expect(() => new WireReader(bytes).skipTags()).toThrow(ProtocolError);
  });

  it('refuses a known tagged field that does not fill its size', () => {
    const vector = requests.find(
      (candidate) => candidate.api === 'Fetch' && candidate.version === 18,
    );
    const body = bodyOf(vector as Vector);
    // A default Fetch ends with its empty tags; clusterId (tag 0) as null takes one byte, not two.
    const forged = new Uint8Array([...body.subarray(0, -1), 1, 0, 2, 0, 0]);
    expect(body.at(-1)).toBe(0);
    expect(accepts(vector as Vector, forged)).toBe(false);
  });
});
