import { partitionForKey } from '../../domain/protocol/hashing.ts';

/** Chooses partitions as Kafka's producer does: by the key's hash; without a key one for a while (KIP-794). */
export class Partitioner {
  readonly #partitions: number;
  readonly #switchBytes: number;
  #sticky = -1;
  #stickyBytes = 0;

  constructor(partitions: number, switchBytes: number) {
    this.#partitions = partitions;
    this.#switchBytes = switchBytes;
  }

  partitionOf(key: Uint8Array | null, bytes: number): number {
    if (key !== null) return partitionForKey(key, this.#partitions);
    if (this.#sticky < 0 || this.#stickyBytes >= this.#switchBytes) {
      this.#sticky = Math.floor(Math.random() * this.#partitions);
      this.#stickyBytes = 0;
    }
    this.#stickyBytes += bytes;
    return this.#sticky;
  }
}
