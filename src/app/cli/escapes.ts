const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  '\\': '\\',
};

/** Resolves `\n`, `\t`, `\r`, `\0`, `\\` and `\xHH`; any other backslash stays as it is. */
export function unescapeText(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-f]{2})|([nrt0\\]))/gi,
    (whole, hex?: string, letter?: string) =>
      hex === undefined
        ? (ESCAPES[letter ?? ''] ?? whole)
        : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
