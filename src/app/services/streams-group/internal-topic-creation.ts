import type { CreatableTopic } from '../../../domain/group/streams/topology/configured-topology.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { TopicAdmin } from '../../../ports/topic-admin.ts';

/** So many topics that could not be created are remembered. */
const ERRORS_MAX = 1_000;

export interface InternalTopicCreationOptions {
  readonly topics: Pick<TopicAdmin, 'createTopics'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface CreationError {
  readonly message: string;
  readonly expiresAtMs: number;
}

/**
 * Creates the internal topics of streams applications, which nobody waits for: a later heartbeat finds them (the streams part
 * of Kafka's AutoTopicCreationManager). One that could not be created is not tried again for a while, in which members are told why.
 */
export class InternalTopicCreation {
  readonly #o: InternalTopicCreationOptions;
  readonly #inFlight = new Set<string>();
  /** In the order in which they came. */
  readonly #errors = new Map<string, CreationError>();

  constructor(options: InternalTopicCreationOptions) {
    this.#o = options;
  }

  create(wanted: readonly CreatableTopic[], errorTtlMs: number): void {
    const topics = wanted.filter(
      ({ name }) => !this.#inFlight.has(name) && this.#errorOf(name) === undefined,
    );
    if (topics.length === 0) return;
    for (const { name } of topics) this.#inFlight.add(name);
    void this.#create(topics, errorTtlMs);
  }

  async #create(topics: readonly CreatableTopic[], errorTtlMs: number): Promise<void> {
    const { logger } = this.#o;
    try {
      const results = await this.#o.topics.createTopics(
        topics.map((topic) => ({ ...topic, assignments: [] })),
        { validateOnly: false },
      );
      for (const { name, error } of results) {
        // Another one created it meanwhile: what was wanted is there.
        if (error === undefined || error.errorName === 'TOPIC_ALREADY_EXISTS') continue;
        this.#remember(name, error.message, errorTtlMs);
        logger.warn({ err: error, topic: name }, 'an internal topic could not be created');
      }
    } catch (error) {
      const { message } = KafkaError.from(error);
      for (const { name } of topics) this.#remember(name, message, errorTtlMs);
      logger.warn({ err: error }, 'internal topics could not be created');
    } finally {
      for (const { name } of topics) this.#inFlight.delete(name);
    }
  }

  #remember(name: string, message: string, ttlMs: number): void {
    this.#errors.delete(name);
    this.#errors.set(name, { message, expiresAtMs: this.#o.clock.nowMs() + ttlMs });
    if (this.#errors.size <= ERRORS_MAX) return;
    const [oldest] = this.#errors.keys();
    if (oldest !== undefined) this.#errors.delete(oldest);
  }

  /** Why topics could not be created lately, of those that are asked for. */
  errorsOf(
    names: readonly string[],
  ): readonly { readonly name: string; readonly message: string }[] {
    return names.flatMap((name) => {
      const message = this.#errorOf(name);
      return message === undefined ? [] : [{ name, message }];
    });
  }

  #errorOf(name: string): string | undefined {
    const error = this.#errors.get(name);
    if (error === undefined) return undefined;
    if (error.expiresAtMs > this.#o.clock.nowMs()) return error.message;
    this.#errors.delete(name);
    return undefined;
  }
}
