import type {
  CoordinatorRecord,
  RecordProducer,
} from '../../../domain/coordinator/coordinator-shard.ts';
import type { KafkaError } from '../../../domain/kafka-error.ts';

/** What a shard wants stored, until it is in a batch. */
export interface PendingAppend {
  readonly records: readonly CoordinatorRecord[];
  readonly bytes: number;
  readonly stored: (error: KafkaError | undefined) => void;
  readonly producer: RecordProducer | undefined;
  readonly sequence: string | undefined;
  /** Why it must not be stored: it was built on an append that was not. */
  failure: KafkaError | undefined;
}
