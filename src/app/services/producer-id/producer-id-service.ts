import type { Catalog } from '../../../ports/catalog.ts';
import type { ProducerIds } from '../../../ports/producer-ids.ts';
import { changeCatalog } from '../catalog/change-catalog.ts';

/** Kafka's ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE. */
const BLOCK_SIZE = 1000n;

export interface ProducerIdOptions {
  readonly catalog: Catalog;
  readonly nodeId: number;
}

/**
 * Gives ids from a block that the catalog has on record (Kafka's RPCProducerIdManager). What is left of a block is lost
 * with the process: an id is never given twice.
 */
export class ProducerIdService implements ProducerIds {
  readonly #options: ProducerIdOptions;
  #next = 0n;
  #end = 0n;
  #allocating: Promise<void> | undefined;

  constructor(options: ProducerIdOptions) {
    this.#options = options;
  }

  async next(): Promise<bigint> {
    while (this.#next >= this.#end) {
      this.#allocating ??= this.#allocate().finally(() => {
        this.#allocating = undefined;
      });
      await this.#allocating;
    }
    return this.#next++;
  }

  async #allocate(): Promise<void> {
    const { catalog, nodeId } = this.#options;
    const first = await changeCatalog(catalog, (metadata) => {
      const start = metadata.nextProducerId;
      const nextProducerId = start + BLOCK_SIZE;
      return {
        records: [{ kind: 'producerIds', brokerId: nodeId, nextProducerId }],
        result: start,
      };
    });
    this.#next = first;
    this.#end = first + BLOCK_SIZE;
  }
}
