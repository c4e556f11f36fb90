import { addressText } from '../../domain/address-text.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { CompressionType } from '../../domain/record/compression.ts';
import type { Sql } from '../../ports/sql.ts';
import type { SqlParameter } from '../../ports/sql-engine.ts';
import type { ViewOptions } from '../../ports/streams.ts';
import type { RunningBroker } from '../running-broker.ts';
import { brokerError } from './broker-error.ts';
import { type BrokerStats, brokerStats, type TopicStats, topicStats } from './broker-stats.ts';
import {
  type CreateTopicOptions,
  EmbeddedTopics,
  type FoundTopic,
  placeIn,
} from './embedded-topics.ts';
import { GroupOffsets } from './group-offsets.ts';
import type { Bytes, Message, MessageOffset, NewMessage } from './message.ts';
import { MessageProducer } from './message-producer.ts';
import { type FetchLimits, MessageReader } from './message-reader.ts';
import { allSqlRows, type SqlOptions, type SqlRowObject, sqlRows } from './sql-result.ts';
import { SqlTables } from './sql-tables.ts';
import {
  inTransaction,
  type TableTransaction,
  type TransactionOptions,
} from './sql-transaction.ts';

/** Offsets go to 2^63 - 1; a number is taken where it is a safe integer. */
export type OffsetInput = bigint | number;

export interface ProduceOptions {
  /** `none` when absent. */
  readonly compression?: CompressionType;
}

/**
 * A broker in this process: Kafka clients reach it at `bootstrapServers`, the code around it by these methods, which
 * need no socket. Calls that the broker refuses reject with a BrokerError.
 */
export class Broker implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `host:port`, as clients take it. */
  readonly bootstrapServers: string;
  /** Where the HTTP listener is, with `http.enabled`. */
  readonly httpUrl: string | undefined;
  /** Where PostgreSQL's clients connect, with `postgres.enabled`. */
  readonly postgresUrl: string | undefined;
  /** Tables of SQL beside the topics. */
  readonly tables: SqlTables;
  readonly #running: RunningBroker;
  readonly #sql: Sql;
  readonly #topics: EmbeddedTopics;
  readonly #producer: MessageProducer;
  readonly #reader: MessageReader;
  readonly #offsets: GroupOffsets;

  constructor(running: RunningBroker, config: BrokerConfig) {
    const { host, port, services } = running;
    this.host = host;
    this.port = port;
    this.bootstrapServers = addressText(running);
    this.#running = running;
    this.httpUrl = running.http === undefined ? undefined : `http://${addressText(running.http)}`;
    this.postgresUrl =
      running.postgres === undefined
        ? undefined
        : `postgresql://kawadb@${addressText(running.postgres)}/kawadb`;
    this.#sql = services.sql;
    this.tables = new SqlTables(services.sql);
    this.#topics = new EmbeddedTopics(services, config);
    this.#producer = new MessageProducer(services, this.#topics);
    this.#reader = new MessageReader(services);
    this.#offsets = new GroupOffsets(services);
  }

  /** Writes one message; resolves with where it is once it is as durable as its topic asks. */
  async produce(
    topic: string,
    message: Bytes | NewMessage,
    options: ProduceOptions = {},
  ): Promise<MessageOffset> {
    const [offset] = await this.produceBatch(topic, [message], options);
    return offset as MessageOffset;
  }

  /**
   * Writes messages, each partition's in their order; the offsets come in the order of the messages. When it rejects,
   * some partitions may have been written.
   */
  produceBatch(
    topic: string,
    messages: readonly (Bytes | NewMessage)[],
    { compression = 'none' }: ProduceOptions = {},
  ): Promise<MessageOffset[]> {
    return this.#producer.produce(topic, messages.map(toNewMessage), compression);
  }

  /** Messages from `offset` on, none at the end of the log. Rejects with an OffsetOutOfRangeError. */
  async fetch(
    topic: string,
    partition: number,
    offset: OffsetInput = 0,
    limits: FetchLimits = {},
  ): Promise<Message[]> {
    const found = this.#partition(topic, partition);
    return this.#reader.read({ topic: found, partition, offset: BigInt(offset) }, limits);
  }

  /** As `fetch`, from where the group committed last, else from the start of the log. It commits nothing. */
  async fetchGroup(
    groupId: string,
    topic: string,
    partition: number,
    limits: FetchLimits = {},
  ): Promise<Message[]> {
    const found = this.#partition(topic, partition);
    const committed = await this.#offsets.committed(groupId, found, partition);
    const offset = committed ?? this.#log(found, partition).logStartOffset;
    return this.#reader.read({ topic: found, partition, offset }, limits);
  }

  /** The offset the next message will have once it is written (Kafka's high watermark). */
  async getLatestOffset(topic: string, partition: number): Promise<bigint> {
    return this.#log(this.#partition(topic, partition), partition).highWatermark;
  }

  /** What the group committed last, undefined when it committed nothing there. */
  async getGroupOffset(
    groupId: string,
    topic: string,
    partition: number,
  ): Promise<bigint | undefined> {
    return this.#offsets.committed(groupId, this.#partition(topic, partition), partition);
  }

  /** The offset the group goes on from. Rejects with UNKNOWN_MEMBER_ID while consumers are in the group. */
  async commitOffset(
    groupId: string,
    topic: string,
    partition: number,
    offset: OffsetInput,
    metadata = '',
  ): Promise<void> {
    const found = this.#partition(topic, partition);
    await this.#offsets.commit(groupId, found, partition, BigInt(offset), metadata);
  }

  async createTopic(name: string, options: CreateTopicOptions = {}): Promise<void> {
    await this.#topics.create(name, options);
  }

  /** Without the broker's own topics, in the order of their names. */
  async listTopics(): Promise<string[]> {
    return this.#topics.names();
  }

  async deleteTopic(name: string): Promise<void> {
    await this.#topics.delete(name);
  }

  async getStats(): Promise<BrokerStats> {
    return brokerStats(this.#running);
  }

  async getTopicStats(topic: string): Promise<TopicStats> {
    return topicStats(this.#running, this.#topics.find(topic));
  }

  /**
   * All rows of one SQL statement over topics and tables: `await broker.sql('SELECT count(*) AS n FROM "orders"')`.
   * Failures are SqlErrors.
   */
  sql(
    statement: string,
    parameters: readonly SqlParameter[] = [],
    options: SqlOptions = {},
  ): Promise<SqlRowObject[]> {
    return allSqlRows(this.#sql, { sql: statement, parameters, ...options });
  }

  /**
   * As `sql`, one row after the other as they come: a result may then be larger than memory. Leaving the loop ends the
   * query.
   */
  sqlRows(
    statement: string,
    parameters: readonly SqlParameter[] = [],
    options: SqlOptions = {},
  ): AsyncGenerator<SqlRowObject> {
    return sqlRows(this.#sql, { sql: statement, parameters, ...options });
  }

  /**
   * Statements over tables that are carried out together or not at all: `await broker.transaction(async (t) => { await t.sql('…'); })`.
   * Rejects with what `work` rejects with, or with an SqlError of the kind CONFLICT when another transaction changed the same: try it again.
   */
  transaction<Result>(
    work: (transaction: TableTransaction) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    return inTransaction(this.#sql, work, options);
  }

  /**
   * Keeps a table up to date with what a query over `stream` gives for a topic, for the records there are and those to
   * come: `await broker.processStream('user-events', 'SELECT user_id, count(*) AS n FROM stream GROUP BY user_id WINDOW
   * TUMBLING (INTERVAL 1 MINUTE)', 'user-analytics')`. Resolves once the table, `user_analytics`, shows what the topic
   * held at the call. It lasts until `DROP MATERIALIZED VIEW`. Failures are SqlErrors.
   */
  async processStream(
    topic: string,
    sql: string,
    table: string,
    options: ViewOptions = {},
  ): Promise<void> {
    await this.#running.services.streams.processStream(topic, sql, table, options);
  }

  /** Resolves once a materialized view shows everything its topics hold now. */
  async streamCaughtUp(view: string): Promise<void> {
    await this.#running.services.streams.caughtUp(view);
  }

  /** Answers what is in flight, stores everything, frees port and data. A second call waits for the first. */
  close(): Promise<void> {
    return this.#running.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #partition(topic: string, partition: number): FoundTopic {
    const found = this.#topics.find(topic);
    if (found.partitions[partition] === undefined) {
      throw brokerError('UNKNOWN_TOPIC_OR_PARTITION', placeIn(found, partition));
    }
    return found;
  }

  #log(topic: FoundTopic, partition: number) {
    const log = this.#running.services.partitions.log(topic, partition);
    if (typeof log === 'string') throw brokerError(log, placeIn(topic, partition));
    return log;
  }
}

function toNewMessage(message: Bytes | NewMessage): NewMessage {
  return typeof message === 'string' || message instanceof Uint8Array
    ? { value: message }
    : message;
}
