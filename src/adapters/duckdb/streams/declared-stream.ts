import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../../domain/sql/quote.ts';
import { SqlError } from '../../../domain/sql/sql-error.ts';
import type { StreamColumn } from '../../../domain/sql/streaming/stream-columns.ts';
import {
  type CreateStream,
  streamingCommandOf,
} from '../../../domain/sql/streaming/streaming-ddl.ts';
import { isNode, type SyntaxNode } from '../../../domain/sql/syntax-tree.ts';
import type { TopicField, TopicSchema } from '../../../domain/sql/topic-schema.ts';
import { EngineSyntaxPrinter } from '../stream-syntax.ts';
import { parseSelect, queryNode } from '../syntax-json.ts';
import type { ComputedColumn } from './stream-store.ts';

/** A stream as its CREATE statement declares it, over what is known of its topic. */
export interface DeclaredStream {
  readonly name: string;
  readonly topic: string;
  /** Undefined as long as the topic has to tell the columns and has no records. */
  readonly schema: TopicSchema | undefined;
  readonly computed: readonly ComputedColumn[];
  /** An expression over the columns. */
  readonly eventTime: string;
  readonly timeColumn: string;
  readonly outOfOrdernessMs: number | undefined;
  readonly idleMs: number | undefined;
}

export async function declaredStream(
  connection: DuckDBConnection,
  sql: string,
  schemaOf: (topic: string) => TopicSchema | undefined,
): Promise<DeclaredStream> {
  const { name, columns, watermark, options } = streamingCommandOf(sql) as CreateStream;
  const { topic, idleMs } = options;
  const known = schemaOf(topic);
  const fields = columns.flatMap(fieldOf);
  const schema =
    fields.length === 0
      ? known
      : { fields, binaryKey: known?.binaryKey ?? false, binaryValue: false };
  const names = ['kafka_timestamp', ...columns.map((column) => column.name)];
  const timeColumn = watermark?.column ?? 'kafka_timestamp';
  if (schema !== undefined && fields.length > 0 && !names.some((each) => same(each, timeColumn))) {
    throw new SqlError('INVALID', `there is no column ${timeColumn} for the watermark`);
  }
  const computed: ComputedColumn[] = [];
  for (const column of columns) {
    if (!('expression' in column)) continue;
    const expression = await onlyExpression(connection, column);
    computed.push({ name: column.name, expression });
  }
  return {
    ...{ name, topic, schema, computed, timeColumn, idleMs },
    eventTime: watermark === undefined ? timeColumn : eventTimeOf(timeColumn, fields),
    outOfOrdernessMs: watermark?.outOfOrdernessMs,
  };
}

/** As the engine reads it, so that nothing but an expression gets into a statement. */
async function onlyExpression(
  connection: DuckDBConnection,
  { name, expression }: Extract<StreamColumn, { readonly expression: string }>,
): Promise<string> {
  const tree = await parseSelect(connection, `SELECT (${expression})`);
  const statements = tree?.statements;
  const node = tree === undefined ? undefined : queryNode(tree);
  const list = node?.select_list;
  const from = node?.from_table;
  const one = Array.isArray(statements) && statements.length === 1;
  if (!one || !Array.isArray(list) || list.length !== 1 || !isNode(from) || from.type !== 'EMPTY') {
    throw new SqlError('SYNTAX', `column ${name} is not computed by one expression`);
  }
  return new EngineSyntaxPrinter(connection).expression(list[0] as SyntaxNode);
}

function fieldOf(column: StreamColumn): TopicField[] {
  return 'type' in column ? [{ name: column.name, structure: column.type }] : [];
}

/** A column of whole numbers has milliseconds since 1970, as the timestamps of records. */
function eventTimeOf(column: string, fields: readonly TopicField[]): string {
  const type = fields.find((field) => same(field.name, column))?.structure;
  const name = quoteIdentifier(column);
  const isWhole = typeof type === 'string' && /^(u?bigint|int8|long)$/i.test(type);
  return isWhole ? `epoch_ms(${name})` : name;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
