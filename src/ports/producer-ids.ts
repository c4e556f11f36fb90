/** Gives producers their ids (inbound, InitProducerId). */
export interface ProducerIds {
  /**
   * A producer id nobody had before; its block was recorded before the first of it is given. Rejects with a
   * KafkaError.
   */
  next(): Promise<bigint>;
}
