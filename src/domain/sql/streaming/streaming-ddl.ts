import { blanked } from './significant-tokens.ts';
import { StatementReader } from './statement-reader.ts';
import { type StreamColumn, takeStreamColumns, type WatermarkClause } from './stream-columns.ts';
import {
  type StreamOptions,
  streamOptionsOf,
  type ViewOptions,
  viewOptionsOf,
} from './stream-options.ts';

/** A statement about streams, which the engine does not know. */
export type StreamingCommand =
  | CreateStream
  | CreateMaterializedView
  | {
      readonly type: 'drop-stream' | 'drop-materialized-view';
      readonly name: string;
      readonly ifExists: boolean;
    }
  | { readonly type: 'show-streams' | 'show-materialized-views' }
  | { readonly type: 'pause' | 'resume'; readonly name: string };

export interface CreateStream {
  readonly type: 'create-stream';
  readonly name: string;
  readonly ifNotExists: boolean;
  /** Empty when the topic's own columns are taken. */
  readonly columns: readonly StreamColumn[];
  readonly watermark: WatermarkClause | undefined;
  readonly options: StreamOptions;
}

export interface CreateMaterializedView {
  readonly type: 'create-materialized-view';
  readonly name: string;
  readonly ifNotExists: boolean;
  readonly options: ViewOptions;
  /** The query, with spaces before it, so that places in it are places in the whole statement. */
  readonly query: string;
}

/** Reads one statement; undefined for one that is not about streams. Errors have the place and a hint. */
export function streamingCommandOf(sql: string): StreamingCommand | undefined {
  const reader = new StatementReader(sql);
  if (reader.take('CREATE', 'STREAM')) return createStream(reader);
  if (reader.take('CREATE', 'OR', 'REPLACE', 'STREAM')) throw replaced(reader, 'STREAM');
  if (reader.take('CREATE', 'MATERIALIZED', 'VIEW')) return createView(reader);
  if (reader.take('CREATE', 'OR', 'REPLACE', 'MATERIALIZED', 'VIEW')) {
    throw replaced(reader, 'MATERIALIZED VIEW');
  }
  if (reader.take('DROP', 'STREAM')) return drop(reader, 'drop-stream');
  if (reader.take('DROP', 'MATERIALIZED', 'VIEW')) return drop(reader, 'drop-materialized-view');
  if (reader.take('SHOW', 'STREAMS')) return ended(reader, { type: 'show-streams' });
  if (reader.take('SHOW', 'MATERIALIZED', 'VIEWS')) {
    return ended(reader, { type: 'show-materialized-views' });
  }
  for (const type of ['pause', 'resume'] as const) {
    if (!reader.take(type.toUpperCase(), 'MATERIALIZED', 'VIEW')) continue;
    return ended(reader, { type, name: reader.name('the view') });
  }
  return undefined;
}

function replaced(reader: StatementReader, kind: string): Error {
  const hint = `DROP ${kind} name, then CREATE ${kind} name …`;
  return reader.error('what it has computed cannot be replaced in place', hint);
}

function createStream(reader: StatementReader): CreateStream {
  const ifNotExists = reader.take('IF', 'NOT', 'EXISTS');
  const name = reader.name('the stream');
  const { columns, watermark } = takeStreamColumns(reader);
  if (reader.take('AS')) {
    const hint = `CREATE MATERIALIZED VIEW ${name} WITH (topic = '${name}') AS SELECT …`;
    throw reader.error('a stream that is computed is a materialized view', hint);
  }
  const options = streamOptionsOf(reader);
  reader.end();
  return { type: 'create-stream', name, ifNotExists, columns, watermark, options };
}

function createView(reader: StatementReader): CreateMaterializedView {
  const ifNotExists = reader.take('IF', 'NOT', 'EXISTS');
  const name = reader.name('the view');
  const options = viewOptionsOf(reader);
  if (!reader.take('AS')) throw reader.expected('AS and the query');
  const { sql } = reader;
  const at = reader.at;
  if (at >= sql.length) throw reader.expected('the query');
  return {
    ...{ type: 'create-materialized-view', name, ifNotExists, options },
    query: blanked(sql, 0, at).replace(/;\s*$/, ''),
  };
}

function drop(
  reader: StatementReader,
  type: 'drop-stream' | 'drop-materialized-view',
): StreamingCommand {
  const ifExists = reader.take('IF', 'EXISTS');
  return ended(reader, { type, name: reader.name('what to drop'), ifExists });
}

function ended<Command extends StreamingCommand>(
  reader: StatementReader,
  command: Command,
): Command {
  reader.end();
  return command;
}
