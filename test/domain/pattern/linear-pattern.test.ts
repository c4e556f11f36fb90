import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LinearPattern } from '../../../src/domain/pattern/linear-pattern.ts';
import { PatternSyntaxError } from '../../../src/domain/pattern/pattern-syntax.ts';

test.each([
  ['a.c', 'abc', true],
  ['a.c', 'abcd', false],
  ['', '', true],
  ['', 'a', false],
  ['(a|bc)*', 'abcbca', true],
  ['(a|bc)*', 'abcb', false],
  ['[a-c_.-]+', 'a_b-c.', true],
  ['[^a-c]+', 'xyz', true],
  ['[^a-c]+', 'xaz', false],
  ['[]a]+', ']a]', true],
  ['\\d{2,3}', '12', true],
  ['\\d{2,3}', '1234', false],
  ['\\d{2}', '12', true],
  ['\\d{2,}', '123456', true],
  ['a{x}', 'a{x}', true],
  ['^txn-.*$', 'txn-1', true],
  ['a^b', 'ab', false],
  ['a\\.b', 'a.b', true],
  ['a\\.b', 'axb', false],
  ['(?:ab)+?', 'abab', true],
  ['é.', 'é😀', true],
  ['()*', '', true],
])('%s and %s: %s', (pattern, text, expected) => {
  expect(new LinearPattern(pattern).matches(text)).toBe(expected);
});

test.each([
  '(',
  ')',
  '[',
  '[a',
  '*',
  'a**',
  '\\',
  '\\p',
  '(?<n>a)',
  '(?i)a',
  '[[:alpha:]]',
  '[z-a]',
  'a{3,2}',
])('%s is refused', (pattern) => {
  expect(() => new LinearPattern(pattern)).toThrow(PatternSyntaxError);
});

test('patterns that make others run for ever do not', () => {
  const text = 'a'.repeat(5_000);
  for (const pattern of ['(a+)+b', '(a|aa)+b', '.*.*.*.*.*.*b', '(a*)*b']) {
    expect(new LinearPattern(pattern).matches(text)).toBe(false);
  }
  expect(() => new LinearPattern('((a{1000}){1000}){1000}')).toThrow(PatternSyntaxError);
  expect(() => new LinearPattern('('.repeat(900))).toThrow(PatternSyntaxError);
});

test('agrees with the regular expressions of the language', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '(ab)',
    '[ab]',
    '(a|b)',
    'a*',
    'b+',
    '(ab)?',
    '|',
    'a{1,2}',
  );
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (source, candidate) => {
      const expected = new RegExp(`^(?:${source})$`).test(candidate);
      expect(new LinearPattern(source).matches(candidate)).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});
