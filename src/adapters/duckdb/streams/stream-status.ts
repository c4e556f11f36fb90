import { type DuckDBConnection, DuckDBScalarFunction, VARCHAR } from '@duckdb/node-api';
import type { StreamStatus } from '../../../ports/streams.ts';
import { TOPIC_CATALOG } from '../database.ts';
import type { LogBridge } from '../log-bridge.ts';

const STATUS_FUNCTION = 'kawa_stream_status';

const PARTITION = {
  ...{ topic: 'VARCHAR', partition: 'INTEGER', nextOffset: 'BIGINT', lag: 'BIGINT' },
  ...{ maxEventTimeMs: 'BIGINT', rows: 'BIGINT', errors: 'BIGINT', late: 'BIGINT', lost: 'BIGINT' },
};
const STATUS = {
  ...{ name: 'VARCHAR', kind: 'VARCHAR', state: 'VARCHAR', message: 'VARCHAR', sql: 'VARCHAR' },
  ...{ topics: ['VARCHAR'], outputTopic: 'VARCHAR', watermarkMs: 'DOUBLE' },
  ...{ rowsPerSecond: 'BIGINT', pendingOutput: 'BIGINT', partitions: [PARTITION] },
};

/** The function under the views of streams: it asks the broker how they stand. */
export function registerStreamStatus(connection: DuckDBConnection, bridge: LogBridge): void {
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: STATUS_FUNCTION,
      returnType: VARCHAR,
      volatile: true,
      mainFunction: (_info, input, output) => {
        const text = statusText(bridge.streams());
        for (let row = 0; row < input.rowCount; row++) output.setItem(row, text);
        output.flush();
      },
    }),
  );
}

/** `kawadb_streams` has a row for each stream and view, `kawadb_stream_partitions` for each partition of a view's sources. */
export async function createStatusViews(connection: DuckDBConnection): Promise<void> {
  const structure = JSON.stringify([STATUS]);
  const streams = `(SELECT unnest(from_json(${STATUS_FUNCTION}(), '${structure}')) AS s)`;
  const sum = (name: string): string =>
    `CASE WHEN s.kind <> 'stream' THEN coalesce(list_sum(list_transform(s.partitions, lambda p: p.${name})), 0)::BIGINT END`;
  await connection.run(
    `CREATE VIEW ${TOPIC_CATALOG}.main.kawadb_streams AS SELECT s.name, s.kind, s.state, s.message, s.topics,
       s.outputTopic AS output_topic, epoch_ms(s.watermarkMs::BIGINT) AS watermark, ${sum('rows')} AS rows,
       ${sum('lag')} AS lag, ${sum('errors')} AS errors, ${sum('late')} AS late, ${sum('lost')} AS lost,
       s.rowsPerSecond AS rows_per_second, s.pendingOutput AS pending_output, s.sql FROM ${streams}`,
  );
  await connection.run(
    `CREATE VIEW ${TOPIC_CATALOG}.main.kawadb_stream_partitions AS SELECT name, p.topic, p.partition,
       p.nextOffset AS next_offset, p.lag, epoch_ms(p.maxEventTimeMs) AS max_event_time, p.rows, p.errors, p.late, p.lost
     FROM (SELECT s.name AS name, unnest(s.partitions) AS p FROM ${streams})`,
  );
}

function statusText(status: readonly StreamStatus[]): string {
  return JSON.stringify(status, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
