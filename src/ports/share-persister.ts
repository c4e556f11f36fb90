import type { ErrorName } from '../domain/error-code.ts';
import type { SharePartitionKey } from '../domain/share-coordinator/share-partition-key.ts';
import type {
  InitializeStateCommand,
  ReadStateAnswer,
  StateAnswer,
  StateSummaryAnswer,
  WriteStateCommand,
} from '../domain/share-coordinator/share-state-messages.ts';

/**
 * Keeps what share groups did with partitions (Kafka's Persister, keys 83 to 87 of the protocol, which are calls inside
 * the broker here). Nothing rejects: failures are told in the answers.
 */
export interface SharePersister {
  /** Makes sure that there is a topic to keep states in. */
  prepare(): Promise<ErrorName>;
  /** Afterwards the share-partition can be read and written. A later state epoch starts it anew. */
  initialize(key: SharePartitionKey, command: InitializeStateCommand): Promise<StateAnswer>;
  /** Afterwards leaders of earlier epochs can neither read nor write. */
  read(key: SharePartitionKey, leaderEpoch: number): Promise<ReadStateAnswer>;
  /** Afterwards the change is stored, whatever happens to the broker. */
  write(key: SharePartitionKey, command: WriteStateCommand): Promise<StateAnswer>;
  summary(key: SharePartitionKey): Promise<StateSummaryAnswer>;
  /** Afterwards nothing is known of the share-partition. */
  delete(key: SharePartitionKey): Promise<StateAnswer>;
}
