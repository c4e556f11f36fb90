import { type SqlToken, sqlTokens } from './statements.ts';

/** The schema in which streams keep definitions, offsets and state. */
export const STREAM_SCHEMA = 'streams';

const WRITES = /^(insert|update|delete|merge|create|alter|drop|truncate|with)$/i;
const OWN_TABLE = /^(streams|views|v\d+\..*)$/i;

/** Whether a statement would write to what streams keep, which only they may: the name it has there. */
export function writtenInternalName(sql: string): string | undefined {
  const tokens = [...sqlTokens(sql)].filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  if (!WRITES.test(tokens[0]?.text ?? '')) return undefined;
  for (const [index, token] of tokens.entries()) {
    if (!isName(token) || token.text.toLowerCase() !== STREAM_SCHEMA) continue;
    const [dot, table] = tokens.slice(index + 1, index + 3);
    if (dot?.text === '.' && isName(table) && OWN_TABLE.test(table?.text ?? '')) {
      return `${STREAM_SCHEMA}.${table?.text}`;
    }
    if (isOfSchema(tokens.slice(0, index))) return STREAM_SCHEMA;
  }
  return undefined;
}

/** `DROP SCHEMA`, `CREATE SCHEMA IF NOT EXISTS kawadb.` and the like. */
function isOfSchema(before: readonly SqlToken[]): boolean {
  return /^(drop|create( or replace)?|alter) schema( if( not)? exists)?( \S+ \.)?$/i.test(
    before.map(({ text }) => text).join(' '),
  );
}

function isName(token: SqlToken | undefined): boolean {
  return token?.kind === 'name' || token?.kind === 'word';
}
