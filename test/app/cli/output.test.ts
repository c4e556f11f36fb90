import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConsumeLimits } from '../../../src/app/cli/consume-limits.ts';
import { inputLines } from '../../../src/app/cli/input-lines.ts';
import { parseOffsetPosition } from '../../../src/app/cli/offset-position.ts';
import { jsonText, tableText } from '../../../src/app/cli/output.ts';
import { rateText, sizeText } from '../../../src/app/cli/progress.ts';
import { planSeek } from '../../../src/app/cli/seek-plan.ts';

describe('tables', () => {
  it('align their columns and mark what is missing', () => {
    const columns = [{ title: 'NAME' }, { title: 'N', align: 'right' }, { title: 'LAST' }] as const;
    const rows = [
      ['a long name', 1, 'x'],
      ['b', 12_345n, null],
    ];
    expect(tableText(columns, rows)).toBe(
      ['NAME             N  LAST', 'a long name      1  x', 'b            12345  -', ''].join('\n'),
    );
  });
});

describe('JSON', () => {
  it('writes an int64 as a number while that is exact', () => {
    const value = { small: 5n, safe: 2n ** 53n - 1n, large: 2n ** 53n, low: -(2n ** 63n) };
    expect(jsonText(value)).toBe(
      '{"small":5,"safe":9007199254740991,"large":"9007199254740992","low":"-9223372036854775808"}',
    );
  });
});

describe('rates and sizes', () => {
  it('reads well', () => {
    expect(rateText(1, 12, 0.5)).toBe('1 record, 12 B, 2 records/s');
    expect([sizeText(999), sizeText(1500), sizeText(2_500_000), sizeText(3e9)]).toEqual([
      '999 B',
      '1.5 kB',
      '2.5 MB',
      '3.00 GB',
    ]);
  });
});

describe('seek plan', () => {
  const range = { earliest: 10n, latest: 20n };
  it.each([
    [undefined, { kind: 'to', offset: 15n }, 15n],
    [12n, { kind: 'to', offset: 5n }, 10n],
    [12n, { kind: 'to', offset: 25n }, 20n],
    [12n, { kind: 'shift', by: 3n }, 15n],
    [12n, { kind: 'shift', by: -100n }, 10n],
    [12n, { kind: 'shift', by: 100n }, 20n],
    [undefined, { kind: 'shift', by: 1n }, undefined],
  ] as const)('case %#', (current, target, expected) => {
    expect(planSeek(current, target, range)).toBe(expected);
  });

  it('never leaves the log', () => {
    const offset = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(
        offset,
        offset,
        offset,
        fc.bigInt({ min: 0n, max: 100n }),
        (from, by, start, size) => {
          const latest = start + size;
          const next = planSeek(from, { kind: 'shift', by }, { earliest: start, latest });
          expect(next !== undefined && next >= start && next <= latest).toBe(true);
        },
      ),
    );
  });
});

describe('positions', () => {
  it.each([
    ['beginning', { kind: 'earliest' }],
    ['latest', { kind: 'latest' }],
    ['7', { kind: 'offset', offset: 7n }],
    ['-7', { kind: 'before-end', count: 7n }],
    ['2026-01-31', { kind: 'time', timestampMs: 1_769_817_600_000n }],
    ['2026-01-31T00:00:01+00:00', { kind: 'time', timestampMs: 1_769_817_601_000n }],
  ])('case %#', (text, position) => {
    expect(parseOffsetPosition(text, '--from')).toEqual(position);
  });

  it.each(['', 'constructor', '1.5', '2026-13-01', '2026-01-31 noon'])('refuses %j', (text) => {
    expect(() => parseOffsetPosition(text, '--from')).toThrow('it must be');
  });
});

describe('limits of consuming', () => {
  it('cut off what is beyond the end or the count', () => {
    const limits = new ConsumeLimits(3, new Map([[0, 2n]]));
    const records = [0n, 1n, 2n, 3n].map((offset) => ({ offset }));
    expect(limits.take(0, records)).toHaveLength(2);
    expect(limits.reached(0, 2n)).toBe(true);
    expect(limits.exhausted).toBe(false);
    expect(limits.take(1, records)).toEqual([{ offset: 0n }]);
    expect(limits.exhausted).toBe(true);
  });
});

describe('input lines', () => {
  it('are the same however the input is cut', async () => {
    const chunk = fc.array(fc.constantFrom(10, 97, 98, 0xff), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(chunk), async (chunks) => {
        const whole = Buffer.from(chunks.flat());
        const expected = whole.toString('latin1').split('\n');
        if (expected.at(-1) === '') expected.pop();
        const lines: string[] = [];
        const input = Readable.from(
          chunks.filter(({ length }) => length > 0).map((each) => Buffer.from(each)),
        );
        for await (const several of inputLines(input)) {
          for (const line of several) lines.push(Buffer.from(line).toString('latin1'));
        }
        expect(lines).toEqual(expected);
      }),
    );
  });
});
