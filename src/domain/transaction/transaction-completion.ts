import type { CoordinatorContext } from '../coordinator/coordinator-shard.ts';
import { prepareComplete } from './end-transitions.ts';
import type { TransactionConfig } from './transaction-config.ts';
import type { TransactionLogWriter } from './transaction-log-writer.ts';
import type { WriteMarker } from './transaction-messages.ts';
import type { TransactionMetadata, TransactionValues } from './transaction-metadata.ts';
import type { TransactionPartition } from './transaction-partitions.ts';

export interface TransactionCompletionOptions {
  readonly context: CoordinatorContext;
  readonly config: Pick<TransactionConfig, 'markerRetryMs'>;
  readonly writer: TransactionLogWriter;
  readonly writeMarker: WriteMarker;
  readonly coordinatorEpoch: () => number;
}

/**
 * Carries out what is prepared: a marker in every partition, and then the record that says so (Kafka's
 * TransactionMarkerChannelManager). It goes on until it is done; only another start interrupts it.
 */
export class TransactionCompletion {
  private readonly o: TransactionCompletionOptions;

  constructor(options: TransactionCompletionOptions) {
    this.o = options;
  }

  start(metadata: TransactionMetadata): void {
    this.writeMarkers(metadata, metadata.values, [...metadata.values.partitions]);
  }

  private writeMarkers(
    metadata: TransactionMetadata,
    prepared: TransactionValues,
    partitions: readonly TransactionPartition[],
  ): void {
    if (partitions.length === 0) {
      this.complete(metadata, prepared);
      return;
    }
    const marker = {
      producerId: prepared.producerId,
      producerEpoch: prepared.producerEpoch,
      committed: prepared.state === 'PrepareCommit',
      coordinatorEpoch: this.o.coordinatorEpoch(),
      transactionVersion: prepared.clientTransactionVersion,
      partitions,
    };
    this.o.writeMarker(marker, (unwritten) => {
      if (unwritten.length === 0) this.complete(metadata, prepared);
      else this.later(metadata, () => this.writeMarkers(metadata, prepared, unwritten));
    });
  }

  private complete(metadata: TransactionMetadata, prepared: TransactionValues): void {
    if (metadata.values !== prepared) return;
    const values = prepareComplete(metadata, this.o.context.nowMs());
    this.o.writer.store(metadata, values, (error) => {
      if (error !== 'NONE') this.later(metadata, () => this.complete(metadata, prepared));
    });
  }

  private later({ transactionalId }: TransactionMetadata, step: () => void): void {
    const { context, config } = this.o;
    context.schedule(`complete\0${transactionalId}`, config.markerRetryMs, step);
  }
}
