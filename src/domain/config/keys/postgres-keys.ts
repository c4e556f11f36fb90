import { between } from '../config-rule.ts';
import { boolean, int, string } from '../key-builders.ts';

const MEBIBYTE = 1024 * 1024;

/** The listener for clients of PostgreSQL; none of these is a key of Kafka. */
export const POSTGRES_KEYS = {
  'postgres.bind_host': string('127.0.0.1', 'read-only', {
    toml: 'postgres.bind_host',
    doc: "The host of the listener for PostgreSQL's clients (KawaDB's own key). It asks nobody who he is: leave it on this machine.",
  }),
  'postgres.bind_port': int('5432', 'read-only', {
    rule: between(0, 65_535),
    toml: 'postgres.bind_port',
    doc: "The port of the listener for PostgreSQL's clients (KawaDB's own key); 0 takes a free one.",
  }),
  'postgres.connections_max': int('100', 'read-only', {
    rule: between(1, 100_000),
    toml: 'postgres.connections_max',
    doc: "The most clients of PostgreSQL at a time (KawaDB's own key); more are turned away.",
  }),
  'postgres.enabled': boolean('false', 'read-only', {
    toml: 'postgres.enabled',
    doc: "Whether psql and other clients of PostgreSQL can ask SQL (KawaDB's own key).",
  }),
  'postgres.idle_in_transaction_timeout_ms': int('600000', 'read-only', {
    rule: between(1, 86_400_000),
    toml: 'postgres.idle_in_transaction_timeout_ms',
    doc: "How long a client of PostgreSQL may leave a transaction open without a statement (KawaDB's own key); its connection ends then, and the transaction is rolled back.",
  }),
  'postgres.message_bytes_max': int(String(16 * MEBIBYTE), 'read-only', {
    rule: between(65_536, 1024 * MEBIBYTE),
    toml: 'postgres.message_bytes_max',
    doc: "The largest message a client of PostgreSQL may send (KawaDB's own key): a statement, or its parameters.",
  }),
  'postgres.startup_timeout_ms': int('10000', 'read-only', {
    rule: between(1, 3_600_000),
    toml: 'postgres.startup_timeout_ms',
    doc: "How long a client of PostgreSQL may take to say who it is (KawaDB's own key).",
  }),
};
