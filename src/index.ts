export { ConfigError, type ConfigProblem } from './app/config/config-error.ts';
export {
  Broker,
  type OffsetInput,
  type ProduceOptions,
} from './app/embedded/broker.ts';
export {
  BrokerError,
  InvalidPartitionError,
  OffsetOutOfRangeError,
  StorageError,
  TopicNotFoundError,
} from './app/embedded/broker-error.ts';
export type { BrokerStats, PartitionStats, TopicStats } from './app/embedded/broker-stats.ts';
export { DatabaseEngine, type DatabaseOptions } from './app/embedded/database-engine.ts';
export type { CreateTopicOptions } from './app/embedded/embedded-topics.ts';
export type { Bytes, Message, MessageOffset, NewMessage } from './app/embedded/message.ts';
export type { FetchLimits } from './app/embedded/message-reader.ts';
export type { SqlOptions, SqlRowObject } from './app/embedded/sql-result.ts';
export type { SqlTables } from './app/embedded/sql-tables.ts';
export type { TableTransaction, TransactionOptions } from './app/embedded/sql-transaction.ts';
export {
  type StartBrokerOptions,
  type StorageEngine,
  startBroker,
} from './app/embedded/start-broker.ts';
export type { ErrorName } from './domain/error-code.ts';
export type { CompressionType } from './domain/record/compression.ts';
export { SqlError, type SqlErrorKind, type SqlPosition } from './domain/sql/sql-error.ts';
export type { ViewOptions } from './domain/sql/streaming/stream-options.ts';
export type { Logger } from './ports/logger.ts';
export type { TableColumn, TableSchema } from './ports/sql.ts';
export type { SqlParameter, SqlProgress, SqlValue } from './ports/sql-engine.ts';
