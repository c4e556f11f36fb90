// The wire protocol as a library: tables of every message, codecs derived from them, and Kafka's
// hashes.
export * from '../wire/protocol-error.ts';
export * from '../wire/wire-reader.ts';
export * from '../wire/wire-writer.ts';
export * from './api-versions.ts';
export * from './compile.ts';
export * from './data/aborted-txn.ts';
export * from './data/consumer-protocol.ts';
export * from './data/control-records.ts';
export * from './data/default-principal.ts';
export * from './hashing.ts';
export * from './header.ts';
export * from './messages/index.ts';
export * from './record-codec.ts';
export * from './records/group-coordinator.ts';
export * from './records/metadata.ts';
export * from './records/producer-snapshot.ts';
export * from './records/quorum-state.ts';
export * from './records/remote-log-segment.ts';
export * from './records/share-coordinator.ts';
export * from './records/transaction-coordinator.ts';
export type {
  ApiDefinition,
  Listener,
  Message,
  MessageInput,
  MessageOf,
  RequestInput,
  RequestOf,
  ResponseInput,
  ResponseOf,
  VersionRange,
} from './schema.ts';
export * from './sequence.ts';
