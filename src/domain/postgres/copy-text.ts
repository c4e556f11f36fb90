export interface CopyFormat {
  readonly csv: boolean;
  readonly header: boolean;
  readonly delimiter: string;
  readonly nullText: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

const SPECIAL = /[\b\f\n\r\t\v\\]/;

/** One line of COPY … TO STDOUT, with its end; undefined is NULL. */
export function copyLine(cells: readonly (string | undefined)[], format: CopyFormat): string {
  const texts = cells.map((cell) =>
    cell === undefined ? format.nullText : cellText(cell, format),
  );
  return `${texts.join(format.delimiter)}\n`;
}

function cellText(text: string, { csv, delimiter, nullText }: CopyFormat): string {
  if (!csv) {
    const escaped = SPECIAL.test(text)
      ? text.replaceAll(/[\b\f\n\r\t\v\\]/g, (each) => ESCAPES[each] as string)
      : text;
    // A tab is escaped already, whatever else was asked for is not.
    return delimiter in ESCAPES ? escaped : escaped.replaceAll(delimiter, `\\${delimiter}`);
  }
  const quotes = text === nullText || /["\r\n]/.test(text) || text.includes(delimiter);
  return quotes ? `"${text.replaceAll('"', '""')}"` : text;
}
