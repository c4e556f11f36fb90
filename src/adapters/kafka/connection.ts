import { KafkaError } from '../../domain/kafka-error.ts';
import { ProtocolError } from '../../domain/wire/protocol-error.ts';
import type { CancelTimer, Timer } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ChunkPool } from './chunk-pool.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import type { ConnectionSocket, SocketEvents } from './connection-socket.ts';
import type { Exchange } from './exchange.ts';
import { FrameReader, FrameSizeError } from './frame-reader.ts';
import type { Peer } from './peer.ts';
import type { RequestBudget } from './request-budget.ts';
import type { NextRequest, RequestDispatcher } from './request-dispatcher.ts';
import { ClientIdReader } from './request-frame.ts';
import type { RequestHandler } from './request-handler.ts';
import type { RequestQuota } from './request-quota.ts';
import { throttledAnswer } from './throttled-answer.ts';

export interface ConnectionOptions {
  readonly peer: Peer;
  readonly dispatcher: RequestDispatcher;
  readonly pool: ChunkPool;
  readonly limits: ConnectionLimits;
  readonly budget: RequestBudget;
  readonly timer: Timer;
  readonly logger: Logger;
  readonly onClose: (connection: Connection) => void;
}

/** Bandwidth a slow but honest client is granted on top of the frame timeout: 16 KiB a second. */
const FRAME_BYTES_PER_MS = 16;
/** What a connection that is closed or paused offers to a read that will not come. */
const NO_MEMORY = new Uint8Array(1);
/** Answers are sent before the turn ends once this much is ready, so that the backlog limit sees them. */
const SEND_BYTES = 256 * 1024;
/** Answers one client need not have read while those of all clients are many; more than Node's sockets hold without a `drain`. */
const FEW_ANSWER_BYTES = 256 * 1024;

/**
 * One client: starts its requests in the order they came, and answers in that order. It stops reading while a limit is
 * reached, and everything that became ready in a turn leaves in one write.
 */
export class Connection implements SocketEvents {
  readonly #options: ConnectionOptions;
  readonly #frames: FrameReader;
  readonly #ids = new ClientIdReader();
  readonly #next: NextRequest = {
    apiKey: 0,
    apiVersion: 0,
    correlationId: 0,
    handler: undefined as unknown as RequestHandler,
  };
  /** Requests started and not yet encoded, oldest first from `#head` on. */
  #inFlight: Exchange[] = [];
  #head = 0;
  #unsettled = 0;
  #inFlightBytes = 0;
  /** Taken from the budget for a frame that is still arriving. */
  #reservedBytes = 0;
  /** Encoded answers that leave with the next write, and who wants to know when they did. */
  #pieces: Uint8Array[] = [];
  #piecesBytes = 0;
  #callbacks: (() => void)[] = [];
  /** Of an answer that leaves with the next write: its client pays for it. */
  #sendingQuota: RequestQuota | undefined;
  /** What the backlog of all connections knows of this one's. */
  #backlogBytes = 0;
  #socket!: ConnectionSocket;
  #paused = false;
  #flushPlanned = false;
  #waitsForBudget = false;
  /** Ends the time in which the client is not heard, for it used more than its quotas allow (KIP-219). */
  #unmute: CancelTimer | undefined;
  /** Nothing more is read; the connection closes once the answers are out. */
  #ending = false;
  #closed = false;
  #closedSweeps = 0;
  #active = true;
  #activeAtMs = 0;
  #framesStarted = 0;
  #framesSeen = 0;
  #frameSinceMs = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#frames = new FrameReader(options.pool, options.limits.requestBytesMax);
  }

  /** Called once, before the first event. */
  attach(socket: ConnectionSocket): void {
    this.#socket = socket;
  }

  get inFlightCount(): number {
    return this.#inFlight.length - this.#head;
  }

  buffer(): Uint8Array {
    // A socket asks for memory before it hears that nothing more is read; it is asked for again when it goes on.
    if (this.#closed || this.#ending || this.#paused) return NO_MEMORY;
    return this.#frames.free();
  }

  read(count: number): boolean {
    if (this.#closed || this.#ending) return false;
    this.#active = true;
    this.#frames.fill(count);
    this.#paused = !this.#pump();
    return !this.#paused;
  }

  ended(): void {
    this.end('the client closed its side');
  }

  drained(): void {
    this.#active = true;
    this.#noteBacklog(this.#socket.backlogBytes);
    this.#proceed();
  }

  closed(): void {
    this.#close();
    this.#noteBacklog(0);
    this.#options.onClose(this);
  }

  /** Answers what was started, then closes. */
  end(reason: string): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.#options.logger.debug({ ...this.#who(), reason }, 'connection ends');
    this.#flush();
  }

  /** Closes now. */
  destroy(reason: string): void {
    if (this.#closed) return;
    this.#options.logger.debug({ ...this.#who(), reason }, 'connection closed');
    this.#close();
    this.#socket.destroy();
  }

  /** Looks for a client that is idle, slow or stuck; the transport calls it now and then. */
  sweep(nowMs: number): void {
    this.#noteBacklog(this.#socket.backlogBytes);
    if (this.#closed) {
      // Closing waits for the client to take its answers, but not for long.
      this.#closedSweeps += 1;
      if (this.#closedSweeps > 1) this.#socket.destroy();
      return;
    }
    const { limits } = this.#options;
    if (this.#active || this.#activeAtMs === 0) {
      this.#active = false;
      this.#activeAtMs = nowMs;
    } else if (nowMs - this.#activeAtMs >= limits.connectionIdleMs) {
      if (this.inFlightCount === 0 || this.#socket.backlogBytes > 0) {
        this.destroy('idle for longer than connections.max.idle.ms');
        return;
      }
    } else if (!this.#paused && !this.#ending && this.#frames.shrink()) {
      this.#socket.refreshBuffer();
    }
    this.#sweepFrame(nowMs);
  }

  #sweepFrame(nowMs: number): void {
    const pending = this.#frames.pendingBytes;
    if (pending === 0 || this.#paused || this.#framesSeen !== this.#framesStarted) {
      this.#framesSeen = this.#framesStarted;
      this.#frameSinceMs = nowMs;
      return;
    }
    const allowedMs = this.#options.limits.frameTimeoutMs + pending / FRAME_BYTES_PER_MS;
    if (nowMs - this.#frameSinceMs > allowedMs) this.destroy('a frame took too long to arrive');
  }

  /** Starts every whole frame that may start; false when reading must stop. Sends what got ready. */
  #pump(): boolean {
    let more = true;
    try {
      while (!this.#closed && !this.#ending && this.#frames.next()) {
        this.#options.dispatcher.peek(this.#frames, this.#next);
        more = this.#mayStart(this.#next.handler);
        if (!more) break;
        this.#start();
      }
      if (more && !this.#closed && !this.#ending) more = this.#reserve();
    } catch (error) {
      this.#refuse(error);
    }
    this.#flush();
    return more && this.#unmute === undefined && !this.#ending && !this.#closed;
  }

  #mayStart(handler: RequestHandler): boolean {
    const { limits } = this.#options;
    if (this.#unmute !== undefined) return false;
    if (this.#isBacklogFull()) return false;
    const count = this.inFlightCount;
    if (count > 0 && this.#unsettled > 0) {
      const last = this.#inFlight[this.#inFlight.length - 1]!;
      if (handler.pipelined !== true || last.handler !== handler) return false;
      if (count >= limits.inFlightRequestsMax) return false;
      if (this.#inFlightBytes >= limits.inFlightBytesMax) return false;
    }
    return this.#reservedBytes > 0 || this.#options.budget.mayStart || this.#waitForBudget();
  }

  /** It goes on with `drained`. */
  #isBacklogFull(): boolean {
    const { backlogBytes } = this.#socket;
    const { limits, budget } = this.#options;
    if (backlogBytes > limits.writeBacklogBytesMax) return true;
    return backlogBytes > FEW_ANSWER_BYTES && budget.answers.isLarge;
  }

  #noteBacklog(bytes: number): void {
    this.#options.budget.answers.changed(this.#backlogBytes, bytes);
    this.#backlogBytes = bytes;
  }

  /** Kafka takes a request's memory from its pool before it reads it; what fits into the smallest chunk takes none here. */
  #reserve(): boolean {
    if (this.#reservedBytes > 0) return true;
    const bytes = this.#frames.largeFrameBytes;
    if (bytes === 0) return true;
    const { budget } = this.#options;
    if (!budget.mayReserve) return this.#waitForBudget();
    this.#reservedBytes = bytes;
    budget.reserve(bytes);
    return true;
  }

  /** Always false: it is not let in. */
  #waitForBudget(): false {
    if (!this.#waitsForBudget) {
      this.#waitsForBudget = true;
      this.#options.budget.wait(this.#onBudget);
    }
    return false;
  }

  readonly #onBudget = (): void => {
    this.#waitsForBudget = false;
    this.#proceed();
  };

  #start(): void {
    const { dispatcher, peer, budget } = this.#options;
    this.#framesStarted += 1;
    const exchange = dispatcher.start(this.#frames, this.#next, this.#ids, peer);
    budget.take(exchange.sizeBytes);
    this.#giveReserved();
    this.#inFlightBytes += exchange.sizeBytes;
    this.#inFlight.push(exchange);
    if (exchange.failure !== undefined) {
      this.#fail(exchange, exchange.failure);
    } else if (exchange.pending === undefined) {
      exchange.settled = true;
      this.#collect();
      if (this.#piecesBytes > SEND_BYTES) this.#send();
    } else {
      this.#unsettled += 1;
      this.#await(exchange, exchange.pending);
    }
  }

  #await(exchange: Exchange, pending: Promise<unknown>): void {
    pending.then(
      (answer) => {
        this.#unsettled -= 1;
        exchange.answer = answer;
        exchange.settled = true;
        if (this.#closed) this.#drop(exchange);
        else this.#planFlush();
      },
      (error: unknown) => {
        this.#unsettled -= 1;
        this.#fail(exchange, error);
      },
    );
  }

  /** Answers that settle in one run of microtasks leave together: the tick comes after all of them. */
  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    process.nextTick(() => {
      this.#flushPlanned = false;
      this.#flush();
      this.#proceed();
    });
  }

  #flush(): void {
    if (this.#closed) return;
    this.#collect();
    if (this.#closed) return;
    this.#send();
    if (this.#ending && this.inFlightCount === 0) {
      this.#close();
      this.#socket.end();
    }
  }

  /** Encodes the answers whose turn has come. */
  #collect(): void {
    while (this.#head < this.#inFlight.length) {
      const exchange = this.#inFlight[this.#head]!;
      if (!exchange.settled) return;
      if (!this.#encode(exchange)) return;
      this.#head += 1;
      this.#release(exchange);
      const callbacks = exchange.takeAfterResponse();
      if (callbacks !== undefined) this.#callbacks.push(...callbacks);
    }
    this.#inFlight.length = 0;
    this.#head = 0;
  }

  #send(): void {
    const pieces = this.#pieces;
    const callbacks = this.#callbacks;
    if (callbacks.length > 0) this.#callbacks = [];
    if (pieces.length === 0) {
      if (callbacks.length > 0) this.#run(callbacks);
      return;
    }
    this.#pieces = [];
    this.#piecesBytes = 0;
    this.#active = true;
    const quota = this.#sendingQuota;
    this.#sendingQuota = undefined;
    const startMs = quota === undefined ? 0 : performance.now();
    this.#socket.write(pieces, callbacks.length > 0 ? () => this.#run(callbacks) : undefined);
    quota?.handled(performance.now() - startMs);
    this.#noteBacklog(this.#socket.backlogBytes);
  }

  #encode(exchange: Exchange): boolean {
    const { quota } = exchange;
    if (quota === undefined) return this.#encodeAnswer(exchange, 0);
    const { throttleMs } = quota;
    const startMs = performance.now();
    const isEncoded = this.#encodeAnswer(exchange, throttleMs);
    // Kafka's network threads count as well: what it took is for the next request to wait for.
    quota.handled(performance.now() - startMs);
    this.#sendingQuota = quota;
    return isEncoded;
  }

  #encodeAnswer(exchange: Exchange, throttleMs: number): boolean {
    if (throttleMs > 0) this.#mute(throttleMs);
    if (exchange.answer === undefined) return true;
    try {
      if (throttleMs > 0) {
        const { handler, apiVersion, answer } = exchange;
        exchange.answer = throttledAnswer(handler.api, apiVersion, answer as object, throttleMs);
      }
      this.#piecesBytes += this.#options.dispatcher.encoder.encode(exchange, this.#pieces);
      return true;
    } catch (error) {
      this.#fail(exchange, error);
      return false;
    }
  }

  #mute(throttleMs: number): void {
    if (this.#closed) return;
    this.#unmute?.();
    this.#unmute = this.#options.timer.schedule(throttleMs, () => {
      this.#unmute = undefined;
      this.#proceed();
    });
  }

  /** After an answer left or the backlog shrank: starts what waited and reads on. */
  #proceed(): void {
    if (this.#closed || !this.#paused) return;
    if (!this.#pump() || this.#closed) return;
    this.#paused = false;
    this.#socket.refreshBuffer();
    this.#socket.resume();
  }

  /** A frame that Kafka answers by hanging up; what was asked before is still answered. */
  #refuse(error: unknown): void {
    if (error instanceof ProtocolError || error instanceof FrameSizeError) {
      this.#ending = true;
      this.#options.logger.debug({ ...this.#who(), reason: error.message }, 'connection refused');
      return;
    }
    this.#options.logger.error({ ...this.#who(), error }, 'a request could not be started');
    this.destroy('internal error');
  }

  #fail(exchange: Exchange, error: unknown): void {
    const { name } = exchange.handler.api;
    const fields = { ...this.#who(), api: name, apiVersion: exchange.apiVersion, error };
    // A handler throws a KafkaError where Kafka hangs up on the client: that is no defect of ours.
    const level = error instanceof KafkaError || error instanceof ProtocolError ? 'debug' : 'error';
    this.#options.logger[level](fields, 'a request failed; its connection is closed');
    exchange.settled = true;
    if (this.#closed) this.#drop(exchange);
    else this.destroy(`${name} failed`);
  }

  #release(exchange: Exchange): void {
    this.#inFlightBytes -= exchange.sizeBytes;
    exchange.releaseRequest();
    this.#options.budget.give(exchange.sizeBytes);
  }

  #giveReserved(): void {
    if (this.#reservedBytes === 0) return;
    const bytes = this.#reservedBytes;
    this.#reservedBytes = 0;
    this.#options.budget.giveReserved(bytes);
  }

  /** For a connection that died: nobody reads the answer, but its resources go back. */
  #drop(exchange: Exchange): void {
    this.#release(exchange);
    const callbacks = exchange.takeAfterResponse();
    if (callbacks !== undefined) this.#run(callbacks);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#waitsForBudget) this.#options.budget.forget(this.#onBudget);
    this.#unmute?.();
    this.#unmute = undefined;
    this.#frames.close();
    this.#giveReserved();
    const left = this.#inFlight.slice(this.#head);
    this.#inFlight = [];
    this.#head = 0;
    this.#pieces = [];
    this.#run(this.#callbacks);
    this.#callbacks = [];
    // A handler that still works keeps its views until it is done; see #await.
    for (const exchange of left) if (exchange.settled) this.#drop(exchange);
    this.#options.peer.gone();
  }

  #run(callbacks: readonly (() => void)[]): void {
    for (const callback of callbacks) {
      try {
        callback();
      } catch (error) {
        this.#options.logger.error({ ...this.#who(), error }, 'a callback after a response failed');
      }
    }
  }

  #who(): object {
    return { connectionId: this.#options.peer.connectionId };
  }
}
