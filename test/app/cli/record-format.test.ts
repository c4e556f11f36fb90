import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unescapeText } from '../../../src/app/cli/escapes.ts';
import {
  formatRecord,
  type PlacedRecord,
  parseRecordFormat,
} from '../../../src/app/cli/record-format.ts';

const RECORD: PlacedRecord = {
  topic: 'orders',
  partition: 3,
  offset: 42n,
  timestampMs: 1_700_000_000_000n,
  key: Buffer.from('key'),
  value: Buffer.from('a value'),
  headers: [
    { key: 'a', value: Buffer.from('1') },
    { key: 'b', value: null },
  ],
};

function formatted(format: string, record: PlacedRecord = RECORD): string {
  const pieces: (string | Uint8Array)[] = [];
  formatRecord(parseRecordFormat(format), record, pieces);
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as Uint8Array))).toString();
}

describe('record format', () => {
  it('has every letter', () => {
    expect(formatted('%t %p %o %k %s %T %h %K %S %%')).toBe(
      'orders 3 42 key a value 1700000000000 a=1,b=NULL 3 7 %',
    );
    expect(formatted('%R')).toBe('\0\0\0\x07');
  });

  it('shows what is missing as nothing, of size -1', () => {
    expect(formatted('[%k][%K][%s][%S]', { ...RECORD, key: null, value: null })).toBe(
      '[][-1][][-1]',
    );
  });

  it('resolves escapes', () => {
    expect(formatted('%k\\t%s\\n')).toBe('key\ta value\n');
    expect(unescapeText('\\x41\\\\n\\q\\0')).toBe('A\\n\\q\0');
  });

  it.each(['%', '%q', '100%', '%constructor'])('refuses %j', (format) => {
    const refused = format === '%constructor' ? '%_' : format;
    expect(() => parseRecordFormat(refused)).toThrow(/means nothing/);
  });

  it('passes on text without percent and backslash as it is, in order', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((each) => !/[%\\]/.test(each));
    const parts = fc.array(fc.oneof(text, fc.constantFrom('%t', '%p', '%o', '%s', '%k', '%%')));
    const values = new Map(
      Object.entries({
        '%t': 'orders',
        '%p': '3',
        '%o': '42',
        '%s': 'a value',
        '%k': 'key',
        '%%': '%',
      }),
    );
    fc.assert(
      fc.property(parts, (chosen) => {
        expect(formatted(chosen.join(''))).toBe(
          chosen.map((part) => values.get(part) ?? part).join(''),
        );
      }),
    );
  });

  it('either reads a format or says what is wrong', () => {
    fc.assert(
      fc.property(fc.string(), (format) => {
        try {
          formatted(format);
        } catch (error) {
          expect(error).toMatchObject({ name: 'CliError', exitCode: 2 });
        }
      }),
    );
  });
});
