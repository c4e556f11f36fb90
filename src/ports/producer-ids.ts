/** Gives producers their ids (inbound, InitProducerId). */
export interface ProducerIds {
  /**
   * A producer id nobody had before; its block was recorded before the first of it is given. Rejects with a
   * KafkaError.
   */
  next(): Promise<bigint>;
}

/**
 * InitProducerId with a transactional id (the transaction coordinator, KIP-98 and KIP-360). A broker without
 * transactions leaves it out.
 */
export interface TransactionalProducers {
  init(request: InitTransactionalProducer): Promise<TransactionalProducer>;
}

export interface InitTransactionalProducer {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  /** -1 where the producer has none yet. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export interface TransactionalProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}
