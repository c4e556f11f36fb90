import { parse, TomlError } from 'smol-toml';
import { ConfigError } from './config-error.ts';
import type { WrittenConfig, WrittenValue } from './written-config.ts';

/** The settings of a TOML file, each with the line it stands in. Throws a ConfigError for what is no TOML. */
export function readToml(file: string, text: string): readonly WrittenConfig[] {
  const lines = linesOfKeys(text);
  return flatten('', parseToml(file, text)).map(([key, value]) => {
    const line = lines.get(key);
    return { key, value, where: line === undefined ? file : `${file}:${line}` };
  });
}

function parseToml(file: string, text: string): object {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [message = 'not TOML'] = error.message.split('\n');
    throw new ConfigError([{ where: `${file}:${error.line}:${error.column}`, key: '', message }]);
  }
}

/** `log.retention.ms` may be written as one quoted key or as nested tables: both give the same path. */
function flatten(prefix: string, table: object): [string, WrittenValue][] {
  return Object.entries(table).flatMap(([name, value]): [string, WrittenValue][] => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return isTable(value) ? flatten(path, value) : [[path, value as WrittenValue]];
  });
}

function isTable(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

/** The parser keeps no positions; a look at the line starts finds all that people write. */
function linesOfKeys(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let table = '';
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*\[([^[\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) {
      table = plainPath(header);
      continue;
    }
    const key = /^\s*((?:"[^"]*"|'[^']*'|[\w.\- ])+?)\s*=/.exec(line)?.[1];
    if (key === undefined) continue;
    const path = table === '' ? plainPath(key) : `${table}.${plainPath(key)}`;
    if (!lines.has(path)) lines.set(path, index + 1);
  }
  return lines;
}

function plainPath(path: string): string {
  return path.replace(/["'\s]/g, '');
}
