import { addressText } from '../../domain/address-text.ts';
import { KafkaError } from '../../domain/kafka-error.ts';
import { FindCoordinatorApi } from '../../domain/protocol/messages/find-coordinator.ts';
import { MetadataApi } from '../../domain/protocol/messages/metadata.ts';
import type { ApiDefinition, ResponseOf } from '../../domain/protocol/schema.ts';
import { ZERO_UUID } from '../../domain/wire/uuid.ts';
import { checkAnswer } from './answer-error.ts';
import type { BrokerAddress } from './broker-address.ts';
import { BrokerConnection, type RequestForm, type SendOptions } from './broker-connection.ts';
import { type ClusterView, clusterViewOf, type TopicView } from './cluster-view.ts';
import { ConnectionError } from './connection-error.ts';
import { retrying } from './retry.ts';

export interface ClusterClientOptions {
  readonly bootstrap: readonly BrokerAddress[];
  readonly clientId?: string;
  /** How long one operation may take, with all its repetitions. */
  readonly timeoutMs?: number;
}

/** Which broker a request goes to. */
export type Target =
  | 'any'
  | 'controller'
  | { readonly node: number }
  | { readonly coordinatorOf: string };

const DEFAULT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Room for a full fetch (Kafka's fetch.max.bytes of 50 MiB) and one batch beyond. */
const MAX_RESPONSE_BYTES = 128 * 1024 * 1024;

/** Finds brokers, leaders and coordinators, and keeps one connection to each that is needed. */
export class ClusterClient {
  readonly timeoutMs: number;
  readonly #bootstrap: readonly BrokerAddress[];
  readonly #clientId: string;
  readonly #connections = new Map<string, Promise<BrokerConnection>>();
  readonly #coordinators = new Map<string, BrokerAddress>();
  #brokers: ReadonlyMap<number, BrokerAddress> = new Map();
  #controllerId = -1;

  constructor({ bootstrap, clientId, timeoutMs }: ClusterClientOptions) {
    this.#bootstrap = bootstrap;
    this.#clientId = clientId ?? 'kawadb-cli';
    this.timeoutMs = timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /** Sends to the broker meant, looking it up first where that takes asking. */
  async send<Api extends ApiDefinition>(
    target: Target,
    api: Api,
    request: RequestForm<Api>,
    options: SendOptions = {},
  ): Promise<ResponseOf<Api>> {
    const connection = await this.connection(target);
    return connection.send(api, request, options);
  }

  /** As `attempt`, again and again while it fails in ways that pass; coordinators are looked up anew. */
  retrying<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const onRetry = (): void => this.forgetCoordinators();
    return retrying(attempt, { timeoutMs: this.timeoutMs, onRetry, signal });
  }

  /** Looks coordinators up again at their next use. */
  forgetCoordinators(): void {
    this.#coordinators.clear();
  }

  connection(target: Target): Promise<BrokerConnection> {
    if (target === 'any') return this.#anyBroker();
    if (target === 'controller') return this.#controller();
    return 'node' in target ? this.#node(target.node) : this.#coordinator(target.coordinatorOf);
  }

  /**
   * The brokers, and the topics named or all. `missing` takes topics with errors, which throw otherwise. `autoCreate`
   * lets the broker make topics that are missing, if it is set up to.
   */
  async metadata(
    names: readonly string[] | null,
    missing?: (name: string, error: Error) => void,
    autoCreate = false,
  ): Promise<ClusterView> {
    const answer = await this.send('any', MetadataApi, (version) => ({
      // Version 0 means all topics by an empty list, the later ones by null.
      topics: names?.map((name) => ({ name, topicId: ZERO_UUID })) ?? (version === 0 ? [] : null),
      // Before version 4 there is no choice.
      allowAutoTopicCreation: autoCreate || version < 4,
    }));
    checkAnswer(answer.errorCode, 'cannot read the metadata');
    const view = clusterViewOf(answer, missing);
    this.#brokers = view.brokers;
    this.#controllerId = view.controllerId;
    return view;
  }

  async topic(name: string, autoCreate = false): Promise<TopicView> {
    const { topics } = await this.metadata([name], undefined, autoCreate);
    const [topic] = topics;
    if (topic === undefined) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `topic ${name}`);
    return topic;
  }

  async close(): Promise<void> {
    const connections = await Promise.allSettled(this.#connections.values());
    for (const each of connections) if (each.status === 'fulfilled') each.value.close();
    this.#connections.clear();
  }

  async #anyBroker(): Promise<BrokerConnection> {
    let failure: unknown;
    for (const address of [...this.#bootstrap, ...this.#brokers.values()]) {
      try {
        return await this.#open(address);
      } catch (error) {
        failure ??= error;
      }
    }
    // Whoever has never been answered learns it at once instead of after the whole time.
    if (this.#brokers.size === 0 && failure instanceof ConnectionError) failure.retriable = false;
    throw failure;
  }

  /** Brokers of a KRaft cluster pass changes on, so that any of them will do where none is named. */
  async #controller(): Promise<BrokerConnection> {
    if (this.#controllerId < 0) await this.metadata([]);
    return this.#brokers.has(this.#controllerId)
      ? this.#node(this.#controllerId)
      : this.#anyBroker();
  }

  async #node(id: number): Promise<BrokerConnection> {
    if (!this.#brokers.has(id)) await this.metadata([]);
    const address = this.#brokers.get(id);
    if (address === undefined) {
      throw new KafkaError('LEADER_NOT_AVAILABLE', `broker ${id} is not there`);
    }
    return this.#open(address);
  }

  async #coordinator(groupId: string): Promise<BrokerConnection> {
    let address = this.#coordinators.get(groupId);
    if (address === undefined) {
      address = await this.#findCoordinator(groupId);
      this.#coordinators.set(groupId, address);
    }
    return this.#open(address);
  }

  async #findCoordinator(groupId: string): Promise<BrokerAddress> {
    const answer = await this.send('any', FindCoordinatorApi, (version) =>
      version < 4 ? { key: groupId } : { coordinatorKeys: [groupId] },
    );
    const [{ errorCode, errorMessage, host, port } = answer] = answer.coordinators;
    checkAnswer(errorCode, `no coordinator for group ${groupId}`, errorMessage);
    return { host, port };
  }

  async #open(address: BrokerAddress): Promise<BrokerConnection> {
    const key = addressText(address);
    const pending = this.#connections.get(key);
    if (pending !== undefined) {
      const known = await pending;
      if (!known.closed) return known;
      // Somebody else may have noticed first, and be opening it again.
      if (this.#connections.get(key) === pending) this.#connections.delete(key);
      return this.#open(address);
    }
    const opening = BrokerConnection.open(address, {
      clientId: this.#clientId,
      connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, this.timeoutMs),
      requestTimeoutMs: this.timeoutMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
    });
    this.#connections.set(key, opening);
    opening.catch(() => this.#connections.delete(key));
    return opening;
  }
}
