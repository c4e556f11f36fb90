/** What one client, and all of them together, may make this listener hold. Kafka's names where it has them. */
export interface ConnectionLimits {
  /** socket.request.max.bytes */
  readonly requestBytesMax: number;
  /** Requests of one connection that were started and not answered. */
  readonly inFlightRequestsMax: number;
  /** Bytes of those requests. One request alone may be larger. */
  readonly inFlightBytesMax: number;
  /** queued.max.request.bytes: the same for the whole broker. */
  readonly queuedRequestBytesMax: number;
  /** Answers a client did not read yet; above it no further request of its is started. */
  readonly writeBacklogBytesMax: number;
  /** max.connections */
  readonly connectionsMax: number;
  /** max.connections.per.ip */
  readonly connectionsPerHostMax: number;
  /** connections.max.idle.ms */
  readonly connectionIdleMs: number;
  /** How long one frame may take to arrive, plus the time its size takes at 16 KiB a second. */
  readonly frameTimeoutMs: number;
  /** How long `close` waits for requests in flight. */
  readonly closeGraceMs: number;
}

export const CONNECTION_LIMITS_DEFAULT: ConnectionLimits = {
  requestBytesMax: 100 * 1024 * 1024,
  inFlightRequestsMax: 1000,
  inFlightBytesMax: 128 * 1024 * 1024,
  queuedRequestBytesMax: 512 * 1024 * 1024,
  writeBacklogBytesMax: 8 * 1024 * 1024,
  connectionsMax: 0x7fffffff,
  connectionsPerHostMax: 0x7fffffff,
  connectionIdleMs: 600_000,
  frameTimeoutMs: 60_000,
  closeGraceMs: 5_000,
};
