import type { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { CRASH_TOPIC, initProducerId, PARTITIONS, produce, refuse } from './crash-requests.ts';
import type { PartitionOracle } from './partition-oracle.ts';

const RECORDS_PER_BATCH = 3;
/** As many batches of a producer are known again when they are sent once more. */
const MAX_IN_FLIGHT = 5;

/** Sizes vary, so that kills fall on boundaries of pages and segments of every kind. */
function paddingOf(n: number): number {
  return (n * 37) % 2000;
}

/** Produces to all partitions in turn, each batch once: what is not answered is given up. */
export class PlainProducer {
  readonly #name: string;
  readonly #oracles: readonly PartitionOracle[];
  #sent = 0;
  acknowledged = 0;

  constructor(name: string, oracles: readonly PartitionOracle[]) {
    this.#name = name;
    this.#oracles = oracles;
  }

  async run(connection: BrokerConnection): Promise<void> {
    for (;;) {
      const n = this.#sent++;
      const oracle = this.#oracles[n % PARTITIONS]!;
      const values = Array.from({ length: RECORDS_PER_BATCH }, (_, i) => `${this.#name}-${n}-${i}`);
      oracle.sends(values);
      const { partition } = oracle;
      const batch = { topic: CRASH_TOPIC, partition, values, paddingBytes: paddingOf(n) };
      const { errorCode, baseOffset } = await produce(connection, batch);
      refuse(errorCode, 'a batch');
      oracle.acknowledges(baseOffset, values);
      this.acknowledged += values.length;
    }
  }
}

interface Unanswered {
  readonly baseSequence: number;
  readonly values: readonly string[];
}

/** One producer id that outlives every crash (KIP-98): what was not answered is sent again, in order. */
export class IdempotentProducer {
  readonly #oracle: PartitionOracle;
  #identity: { readonly producerId: bigint; readonly producerEpoch: number } | undefined;
  #unanswered: Unanswered[] = [];
  #nextSequence = 0;
  acknowledged = 0;

  constructor(oracle: PartitionOracle) {
    this.#oracle = oracle;
  }

  async run(connection: BrokerConnection): Promise<void> {
    this.#identity ??= await initProducerId(connection);
    const inFlight = new Map<Unanswered, Promise<void>>();
    for (const batch of this.#unanswered) inFlight.set(batch, this.#start(connection, batch));
    for (;;) {
      while (this.#unanswered.length < MAX_IN_FLIGHT) {
        const batch = this.#next();
        inFlight.set(batch, this.#start(connection, batch));
      }
      const oldest = this.#unanswered[0]!;
      await inFlight.get(oldest);
      inFlight.delete(oldest);
    }
  }

  /** Until everything that was sent is answered. */
  async finish(connection: BrokerConnection): Promise<void> {
    await Promise.all(this.#unanswered.map((batch) => this.#send(connection, batch)));
  }

  #next(): Unanswered {
    const baseSequence = this.#nextSequence;
    const values = Array.from(
      { length: 1 + (baseSequence % RECORDS_PER_BATCH) },
      (_, i) => `i-${this.#oracle.partition}-${baseSequence + i}`,
    );
    this.#nextSequence += values.length;
    const batch = { baseSequence, values };
    this.#unanswered.push(batch);
    this.#oracle.sends(values);
    return batch;
  }

  /** Whose failure is noticed when its turn comes. */
  #start(connection: BrokerConnection, batch: Unanswered): Promise<void> {
    const sent = this.#send(connection, batch);
    sent.catch(() => undefined);
    return sent;
  }

  async #send(connection: BrokerConnection, batch: Unanswered): Promise<void> {
    const { baseSequence, values } = batch;
    const { errorCode, baseOffset } = await produce(connection, {
      ...{ topic: CRASH_TOPIC, partition: this.#oracle.partition, values, baseSequence },
      ...{ ...this.#identity, paddingBytes: paddingOf(baseSequence) },
    });
    refuse(errorCode, `sequence ${baseSequence} of partition ${this.#oracle.partition}`);
    this.#unanswered = this.#unanswered.filter((other) => other !== batch);
    this.#oracle.acknowledges(baseOffset, values);
    this.acknowledged += values.length;
  }
}
