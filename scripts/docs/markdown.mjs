// The pieces of Markdown the generated documents are made of.

/** A table whose cells are already Markdown; a bar in them would end the cell. */
export function table(titles, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

export function code(text) {
  return `\`${text}\``;
}

export function codes(texts) {
  return texts.map(code).join(', ');
}

/** One line after another, as they are written in the source of a document. */
export function paragraphs(...texts) {
  return `${texts.join('\n\n')}\n`;
}
