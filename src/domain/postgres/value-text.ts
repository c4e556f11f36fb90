const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function byteaText(bytes: Uint8Array): string {
  let text = '\\x';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

export function floatText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

const FLOAT32_DIGITS_MIN = 6;
const FLOAT32_DIGITS_MAX = 9;

/** The shortest text that is read back as the same number of 32 bits. */
export function float32Text(value: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  for (let digits = FLOAT32_DIGITS_MIN; digits < FLOAT32_DIGITS_MAX; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return floatText(rounded);
  }
  return floatText(Number(value.toPrecision(FLOAT32_DIGITS_MAX)));
}

const NEEDS_QUOTES = /^$|^null$|[{}",\\\s]/i;

/** An array of one dimension: undefined elements are NULL. */
export function arrayText(elements: readonly (string | undefined)[]): string {
  return `{${elements.map(elementText).join(',')}}`;
}

function elementText(element: string | undefined): string {
  if (element === undefined) return 'NULL';
  return NEEDS_QUOTES.test(element) ? `"${element.replaceAll(/["\\]/g, '\\$&')}"` : element;
}

const BARE_END = /[",{}\\]|$/g;

/** The elements of an array's text; undefined for NULL. Arrays of arrays are none. */
export function arrayElements(text: string): (string | undefined)[] | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}') || trimmed.length < 2) return undefined;
  const inside = trimmed.slice(1, -1);
  if (inside.trim() === '') return [];
  const elements: (string | undefined)[] = [];
  for (let at = 0; ; at++) {
    at = afterSpace(inside, at);
    const element = inside[at] === '"' ? quotedElement(inside, at) : bareElement(inside, at);
    if (element === undefined) return undefined;
    elements.push(element.value);
    at = afterSpace(inside, element.end);
    if (at === inside.length) return elements;
    if (inside[at] !== ',') return undefined;
  }
}

interface ParsedElement {
  readonly value: string | undefined;
  readonly end: number;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (/^\s$/.test(text[at] ?? '')) at += 1;
  return at;
}

function quotedElement(text: string, from: number): ParsedElement | undefined {
  let value = '';
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') return { value, end: at + 1 };
    if (text[at] === '\\') at += 1;
    value += text[at] ?? '';
  }
  return undefined;
}

function bareElement(text: string, from: number): ParsedElement | undefined {
  BARE_END.lastIndex = from;
  const end = BARE_END.exec(text)?.index ?? text.length;
  const value = text.slice(from, end).trim();
  if (value === '') return undefined;
  return { value: /^null$/i.test(value) ? undefined : value, end };
}
