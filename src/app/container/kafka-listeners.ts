import { hostname } from 'node:os';
import { ChunkPool } from '../../adapters/kafka/chunk-pool.ts';
import type { HandlerRegistry } from '../../adapters/kafka/handler-registry.ts';
import { RequestBudget } from '../../adapters/kafka/request-budget.ts';
import { TcpTransport } from '../../adapters/kafka/tcp-transport.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import { connectionLimitsOf } from '../../domain/config/connection-limits-of.ts';
import {
  advertisedListenersOf,
  type ListenerConfig,
  listenersOf,
} from '../../domain/config/listeners.ts';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { ClientThrottle } from '../../ports/client-throttle.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { TransportAddress } from '../../ports/transport.ts';

export interface KafkaListenersParts {
  readonly registry: HandlerRegistry;
  readonly throttle: ClientThrottle;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly logger: Logger;
}

const EVERY_ADDRESS = new Set(['', '0.0.0.0', '::']);

/** The listeners of a broker, and what clients of each are told of its address. */
export class KafkaListeners {
  readonly #config: BrokerConfig;
  readonly #advertised: ReadonlyMap<string, ListenerConfig>;
  readonly #configs: readonly ListenerConfig[];
  readonly #transports = new Map<string, TcpTransport>();
  #unwatch: (() => void) | undefined;

  constructor(config: BrokerConfig) {
    this.#config = config;
    this.#configs = listenersOf(config);
    const advertised = advertisedListenersOf(config) ?? [];
    this.#advertised = new Map(advertised.map((listener) => [listener.name, listener]));
    for (const { name, protocol } of this.#configs) {
      if (protocol === 'PLAINTEXT') continue;
      throw new KafkaError(
        'INVALID_CONFIG',
        `listener ${name} asks for ${protocol}; only PLAINTEXT listeners are served yet`,
      );
    }
  }

  /** Opens all of them; when one fails, none is left open. */
  async listen({ registry, throttle, clock, timer, logger }: KafkaListenersParts): Promise<void> {
    const pool = new ChunkPool();
    const limits = connectionLimitsOf(this.#config);
    const budget = new RequestBudget(limits.queuedRequestBytesMax);
    this.#unwatch = this.#config.onChange(() => this.#limitConnections());
    try {
      for (const { name, host, port } of this.#configs) {
        const transport = new TcpTransport({
          ...{ registry, throttle, clock, timer, pool, budget, port, limits },
          host: host === '' ? '::' : host,
          listenerName: name,
          logger: logger.child({ component: 'network', listener: name }),
        });
        await transport.listen();
        this.#transports.set(name, transport);
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Where clients of a listener reach this broker (advertised.listeners, else the bound address). */
  advertised(listenerName: string): TransportAddress {
    const bound = this.#transports.get(listenerName)?.address;
    const listener = this.#advertised.get(listenerName);
    const host = listener?.host ?? bound?.host ?? '';
    return {
      host: EVERY_ADDRESS.has(host) ? hostname() : host,
      port: listener === undefined || listener.port === 0 ? (bound?.port ?? -1) : listener.port,
    };
  }

  /** The address of the first listener, as it is bound. */
  get address(): TransportAddress {
    for (const { address } of this.#transports.values()) if (address !== undefined) return address;
    throw new Error('the broker does not listen');
  }

  get connectionCount(): number {
    let count = 0;
    for (const transport of this.#transports.values()) count += transport.connectionCount;
    return count;
  }

  /** Those two of the limits are dynamic (KIP-612). */
  #limitConnections(): void {
    const limits = connectionLimitsOf(this.#config);
    for (const transport of this.#transports.values()) transport.limitConnections(limits);
  }

  async close(): Promise<void> {
    this.#unwatch?.();
    await Promise.all([...this.#transports.values()].map((transport) => transport.close()));
    this.#transports.clear();
  }
}
