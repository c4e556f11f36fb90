import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyLine } from '../../../src/domain/postgres/copy-text.ts';
import { MessageWriter } from '../../../src/domain/postgres/message-writer.ts';
import { numericText, writeNumeric } from '../../../src/domain/postgres/numeric-binary.ts';
import { columnTypeOf } from '../../../src/domain/postgres/postgres-types.ts';
import {
  dateText,
  intervalText,
  timestampText,
  zoneText,
} from '../../../src/domain/postgres/time-text.ts';
import {
  arrayElements,
  arrayText,
  byteaText,
  float32Text,
} from '../../../src/domain/postgres/value-text.ts';

describe('times', () => {
  test.each([
    [0n, '1970-01-01 00:00:00'],
    [-1n, '1969-12-31 23:59:59.999999'],
    [1_700_000_000_500_000n, '2023-11-14 22:13:20.5'],
    [-62_135_596_800_000_001n, '0001-12-31 23:59:59.999999 BC'],
    [2n ** 63n - 1n, 'infinity'],
    [-(2n ** 63n - 1n), '-infinity'],
  ])('%s microseconds', (microseconds, text) => {
    expect(timestampText(microseconds)).toBe(text);
  });

  test('dates are those of the calendar', () => {
    const days = fc.integer({ min: -135_000, max: 2_932_896 });
    fc.assert(
      fc.property(days, (day) => {
        const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
        expect(dateText(day)).toBe(date);
      }),
    );
    expect(dateText(2 ** 31 - 1)).toBe('infinity');
    expect(timestampText(0n, '+00')).toBe('1970-01-01 00:00:00+00');
  });

  test.each([
    [0, 0, 0n, '00:00:00'],
    [14, 3, 14_706_700_000n, '1 year 2 mons 3 days 04:05:06.7'],
    [-13, 2, 0n, '-1 years -1 mons +2 days'],
    [0, -1, 1n, '-1 days +00:00:00.000001'],
    [0, 0, -90_000_000n, '-00:01:30'],
    [0, 0, 360_000_000_000n, '100:00:00'],
  ])('interval %s %s %s', (months, days, microseconds, text) => {
    expect(intervalText(months, days, microseconds)).toBe(text);
  });

  test('zones', () => {
    expect([0, 3600, -12_600, 3661].map(zoneText)).toEqual(['+00', '+01', '-03:30', '+01:01:01']);
  });
});

describe('values', () => {
  test('a numeric in binary is the same number when it comes back', () => {
    const digits = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n });
    fc.assert(
      fc.property(digits, fc.integer({ min: 0, max: 30 }), (value, scale) => {
        const text = String(value < 0n ? -value : value).padStart(scale + 1, '0');
        const point = text.length - scale;
        const shown = scale === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`;
        const number = value < 0n ? `-${shown}` : shown;
        const writer = new MessageWriter();
        writeNumeric(writer, number);
        expect(numericText(writer.take())).toBe(number);
      }),
    );
    expect(numericText(new Uint8Array(3))).toBeUndefined();
    expect(numericText(new Uint8Array([0, 1, 0, 0, 0xc0, 0, 0, 0, 0, 0]))).toBeUndefined();
  });

  test('numerics have the bytes PostgreSQL sends', () => {
    const writer = new MessageWriter();
    writeNumeric(writer, '-12345.678');
    expect(Buffer.from(writer.take()).toString('hex')).toBe(
      '0003000140000003' + '0001' + '0929' + '1a7c',
    );
    writeNumeric(writer, '0.0001');
    expect(Buffer.from(writer.take()).toString('hex')).toBe('0001ffff00000004' + '0001');
  });

  test('elements of an array come back', () => {
    const element = fc.option(fc.string({ unit: 'binary', maxLength: 8 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(element, { maxLength: 5 }), (elements) => {
        expect(arrayElements(arrayText(elements))).toEqual(elements);
      }),
    );
    expect(arrayElements('{1, 2 ,NULL}')).toEqual(['1', '2', undefined]);
    for (const text of ['1,2', '{', '{{1},{2}}', '{"a}', '{a"b}']) {
      expect(arrayElements(text)).toBeUndefined();
    }
  });

  test('bytes and numbers of 32 bits', () => {
    expect(byteaText(new Uint8Array([0, 171, 255]))).toBe('\\x00abff');
    expect(
      [1.1, 0.1, 16_777_216, 3.4028235e38].map((value) => float32Text(Math.fround(value))),
    ).toEqual(['1.1', '0.1', '16777216', '3.4028235e+38']);
  });

  test('lines of COPY', () => {
    const text = { csv: false, header: false, delimiter: '\t', nullText: '\\N' };
    expect(copyLine(['a\tb', undefined, 'x\\y\nz'], text)).toBe('a\\tb\t\\N\tx\\\\y\\nz\n');
    const csv = { csv: true, header: false, delimiter: ';', nullText: '' };
    expect(copyLine(['a;b', undefined, '', 'say "x"', 'c,d'], csv)).toBe(
      '"a;b";;"";"say ""x""";c,d\n',
    );
  });
});

test.each([
  ['BIGINT', 20, false, -1],
  ['DECIMAL(10,2)', 1700, false, 655_366],
  ['INTEGER[]', 1007, true, -1],
  ['VARCHAR[3]', 1009, true, -1],
  ['INTEGER[][]', 114, false, -1],
  ['STRUCT("a" INTEGER)[]', 114, false, -1],
  ['MAP(VARCHAR, INTEGER)', 114, false, -1],
  ["ENUM('a', 'b')", 25, false, -1],
  ['TIMESTAMP WITH TIME ZONE', 1184, false, -1],
  ['GEOMETRY', 25, false, -1],
])('a column of %s', (engineType, oid, isArray, modifier) => {
  expect(columnTypeOf(engineType)).toMatchObject({ oid, isArray, modifier });
});
