import type { BrokerConfig } from './broker-config.ts';

/** The limits of a listener that configs tell, in the shape a listener takes them. */
export interface ConfiguredConnectionLimits {
  readonly requestBytesMax: number;
  readonly queuedRequestBytesMax: number;
  readonly connectionsMax: number;
  readonly connectionsPerHostMax: number;
  readonly connectionIdleMs: number;
}

/** A bound that nothing reaches. */
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * Where queued.max.request.bytes sets no bound. Reaching it pauses reading and refuses nothing, so that requests from
 * many connections cannot use up the memory of a broker nobody configured; Kafka has no bound there.
 */
const QUEUED_BYTES_MAX = 512 * 1024 * 1024;

/** What clients may make a listener hold (Kafka's SocketServer reads the same keys, with the same special values). */
export function connectionLimitsOf(config: BrokerConfig): ConfiguredConnectionLimits {
  const requestBytesMax = config.get('socket.request.max.bytes');
  const queuedBytes = config.get('queued.max.request.bytes');
  const idleMs = config.get('connections.max.idle.ms');
  return {
    requestBytesMax,
    queuedRequestBytesMax:
      queuedBytes > 0 ? queuedBytes : Math.max(QUEUED_BYTES_MAX, requestBytesMax),
    connectionsMax: config.get('max.connections'),
    connectionsPerHostMax: config.get('max.connections.per.ip'),
    connectionIdleMs: idleMs < 0 ? NEVER : idleMs,
  };
}
