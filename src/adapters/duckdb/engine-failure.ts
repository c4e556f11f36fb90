import { version } from '@duckdb/node-api';
import { SqlError, type SqlErrorKind, type SqlPosition } from '../../domain/sql/sql-error.ts';
import type { EngineFailure } from './engine-messages.ts';

const ENGINE_VERSION = version().replace(/^v/, '');
const KINDS: readonly (readonly [RegExp, SqlErrorKind])[] = [
  [/^Parser Error/, 'SYNTAX'],
  [/^INTERRUPT Error/, 'CANCELLED'],
  [/^TransactionContext Error: (?!.*constraint violation).*conflict/is, 'CONFLICT'],
  [/^Permission Error|has been disabled|configuration has been locked/, 'FORBIDDEN'],
  [/^Out of Memory Error/, 'RESULT_TOO_LARGE'],
  [/^(IO|Fatal|INTERNAL) Error/, 'UNAVAILABLE'],
];

/** The shown line may be cut at the front; then where the caret stands tells nothing. */
const SHOWN_LINE = /\n\nLINE (\d+): (.*)\n( *)\^/;
const SUGGESTION = /\n(Did you mean[^\n]*|Candidate[^\n]*)/;

/** What the engine said, with where and what to do about it taken apart. */
export function failureOf(error: unknown, sql: string): EngineFailure {
  if (error instanceof SqlError) {
    const { kind, message, position, hint } = error;
    return { kind, message, position, hint };
  }
  const text = (error as Error).message;
  const missing = missingExtension(text);
  if (missing !== undefined) return missing;
  const kind = KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? 'INVALID';
  const [message = text] = text.split('\n\nLINE ')[0]?.split(SUGGESTION) ?? [];
  return {
    kind,
    message: message
      .replace(/^(Parser|Binder|Catalog|Permission|TransactionContext) Error: /, '')
      .trim(),
    position: positionOf(text),
    hint: hintOf(text, sql, kind),
  };
}

const OF_EXTENSION =
  /^Catalog Error: (.+?) (?:with name )?"?(\w+)"? is not in the catalog, but it exists in the (\w+) extension/;

/** The engine would have it fetched from its makers; here it comes from a folder. */
function missingExtension(text: string): EngineFailure | undefined {
  const [, kind, name, extension] = OF_EXTENSION.exec(text) ?? [];
  if (extension === undefined) return undefined;
  return {
    kind: 'INVALID',
    message: `${kind} with name ${name} does not exist: it is of the extension ${extension}, which is not loaded`,
    hint: `pip install --target FOLDER duckdb-extension-${extension}==${ENGINE_VERSION}, sql.extension_directory = FOLDER and sql.extensions = ${extension}`,
  };
}

function positionOf(text: string): SqlPosition | undefined {
  const [, line, shown = '', indent = ''] = SHOWN_LINE.exec(text) ?? [];
  if (line === undefined || shown.startsWith('...')) return undefined;
  return { line: Number(line), column: indent.length - `LINE ${line}: `.length + 1 };
}

function hintOf(text: string, sql: string, kind: SqlErrorKind): string | undefined {
  if (kind === 'SYNTAX' && /at or near "[-.]"/.test(text)) {
    return 'a name with - or . needs double quotes, or _ in their place';
  }
  if (kind === 'FORBIDDEN')
    return 'SQL reads topics and tables; it reaches no files and no network';
  if (kind === 'CONFLICT') return 'another transaction changed the same; try the whole of it again';
  if (/^Catalog Error: Table .* does not exist/.test(text)) {
    return SUGGESTION.exec(text)?.[1] ?? 'SHOW TABLES lists the topics and tables there are';
  }
  if (/"value" not found|json/i.test(text) && /->/.test(sql)) return undefined;
  return SUGGESTION.exec(text)?.[1];
}
