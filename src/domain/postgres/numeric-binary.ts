import type { MessageWriter } from './message-writer.ts';

const GROUP_DIGITS = 4;
const POSITIVE = 0;
const NEGATIVE = 0x4000;
const NOT_A_NUMBER = 0xc000;

/** A decimal's text as groups of four digits, which is how PostgreSQL has numerics. */
export function writeNumeric(writer: MessageWriter, text: string): void {
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const digits = whole.replace(/^0+/, '');
  const wholeGroups = Math.ceil(digits.length / GROUP_DIGITS);
  const left = digits.padStart(wholeGroups * GROUP_DIGITS, '0');
  const right = fraction.padEnd(Math.ceil(fraction.length / GROUP_DIGITS) * GROUP_DIGITS, '0');
  const groups = ((left + right).match(/\d{4}/g) ?? []).map(Number);
  let weight = wholeGroups - 1;
  while (groups[0] === 0) {
    groups.shift();
    weight -= 1;
  }
  while (groups.at(-1) === 0) groups.pop();
  writer.int16(groups.length).int16(groups.length === 0 ? 0 : weight);
  writer.int16(negative && groups.length > 0 ? NEGATIVE : POSITIVE).int16(fraction.length);
  for (const group of groups) writer.int16(group);
}

/** The text of a numeric that a client sent; undefined when the bytes are none, or it is no finite number. */
export function numericText(bytes: Uint8Array): string | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint16(0);
  const weight = view.getInt16(2);
  const sign = view.getUint16(4);
  const scale = view.getUint16(6);
  if (sign >= NOT_A_NUMBER || bytes.length !== 8 + 2 * count) return undefined;
  const group = (index: number): string => {
    const value = index >= 0 && index < count ? view.getUint16(8 + 2 * index) : 0;
    return String(value).padStart(GROUP_DIGITS, '0');
  };
  let whole = '';
  for (let index = 0; index <= weight; index++) whole += group(index);
  let fraction = '';
  for (let index = weight + 1; fraction.length < scale; index++) fraction += group(index);
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const shown = scale === 0 ? digits : `${digits}.${fraction.slice(0, scale)}`;
  return sign === NEGATIVE ? `-${shown}` : shown;
}
