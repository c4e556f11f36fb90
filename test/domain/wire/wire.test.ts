import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/domain/wire/protocol-error.ts';
import { decodeUtf8, encodeUtf8, utf8Length } from '../../../src/domain/wire/utf8.ts';
import { unsignedVarintSize, varintSize, varlongSize } from '../../../src/domain/wire/varint.ts';
import { WireReader } from '../../../src/domain/wire/wire-reader.ts';
import { EXTERNAL_BYTES_MIN, WireWriter } from '../../../src/domain/wire/wire-writer.ts';

function readerOf(writer: WireWriter): WireReader {
  return new WireReader(writer.toUint8Array());
}

describe('varints', () => {
  it('round-trip with the sizes foretold', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        (int, long) => {
          const writer = new WireWriter();
          writer.writeVarint(int);
          expect(writer.length).toBe(varintSize(int));
          writer.writeUnsignedVarint(int >>> 0);
          expect(writer.length).toBe(varintSize(int) + unsignedVarintSize(int >>> 0));
          writer.writeVarlong(long);
          const reader = readerOf(writer);
          expect(reader.readVarint()).toBe(int);
          expect(reader.readUnsignedVarint()).toBe(int >>> 0);
          const before = reader.offset;
          expect(reader.readVarlong()).toBe(long);
          expect(reader.offset - before).toBe(varlongSize(long));
        },
      ),
    );
  });

  it('refuse what is too long', () => {
    const long = new Uint8Array(12).fill(0xff);
    expect(() => new WireReader(long).readUnsignedVarint()).toThrow(ProtocolError);
    expect(() => new WireReader(long).readVarlong()).toThrow(ProtocolError);
  });
});

describe('text', () => {
  it('is written as UTF-8 and read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const bytes = encodeUtf8(text);
        expect(bytes).toEqual(new Uint8Array(Buffer.from(text, 'utf8')));
        expect(utf8Length(text)).toBe(bytes.length);
        expect(decodeUtf8(bytes, 0, bytes.length)).toBe(text);
      }),
    );
  });

  it('turns lone surrogates into question marks and malformed bytes into U+FFFD, as Java does', () => {
    expect(Buffer.from(encodeUtf8('a\ud800b\udc00')).toString()).toBe('a?b?');
    expect(decodeUtf8(new Uint8Array([0x61, 0xff, 0x62]), 0, 3)).toBe('a\ufffdb');
    expect(decodeUtf8(new Uint8Array([0xef, 0xbb, 0xbf]), 0, 3)).toBe('\ufeff');
  });

  it('is refused above 32,767 bytes', () => {
    expect(() => new WireWriter().writeString('x'.repeat(32_768))).toThrow(ProtocolError);
    expect(() => new WireReader(new Uint8Array(40_000)).readString(32_768)).toThrow(ProtocolError);
  });
});

describe('the writer', () => {
  it('passes large values on without copying, in order', () => {
    const large = new Uint8Array(EXTERNAL_BYTES_MIN).fill(7);
    const writer = new WireWriter(8);
    writer.writeInt32(1);
    writer.writeBytes(large);
    writer.writeInt32(2);
    expect(writer.length).toBe(large.length + 8);
    const pieces = writer.finish();
    expect(pieces).toHaveLength(3);
    expect(pieces[1]).toBe(large);
    expect(Buffer.concat(pieces).readInt32BE(large.length + 4)).toBe(2);
    expect(writer.length).toBe(0);
  });

  it('never writes again into pieces it gave out', () => {
    const writer = new WireWriter(64);
    writer.writeString('first');
    const [first] = writer.finish();
    const before = Buffer.from(first as Uint8Array).toString('hex');
    for (let i = 0; i < 50; i++) {
      writer.writeString('second');
      writer.finish();
    }
    expect(Buffer.from(first as Uint8Array).toString('hex')).toBe(before);
  });

  it('puts sizes in front, whatever lies before them and however long they are', () => {
    for (const size of [0, 1, 127, 128, 5000, 70_000]) {
      const writer = new WireWriter(16);
      writer.writeInt8(9);
      writer.writeBytes(new Uint8Array(EXTERNAL_BYTES_MIN));
      const outer = writer.beginSized();
      const inner = writer.beginSized();
      writer.writeBytes(new Uint8Array(size).fill(3));
      writer.endSized(inner);
      writer.endSized(outer);
      writer.writeInt8(5);
      const reader = readerOf(writer);
      reader.skip(1 + EXTERNAL_BYTES_MIN);
      expect(reader.readUnsignedVarint()).toBe(unsignedVarintSize(size) + size);
      expect(reader.readUnsignedVarint()).toBe(size);
      expect(reader.readBytes(size).every((byte) => byte === 3)).toBe(true);
      expect(reader.readInt8()).toBe(5);
      expect(reader.remaining).toBe(0);
    }
  });
});
