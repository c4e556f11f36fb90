import { connect, type Socket } from 'node:net';
import { plaintextRegistry } from '../../../src/adapters/kafka/kafka-listener.ts';
import type { RequestHandler } from '../../../src/adapters/kafka/request-handler.ts';
import {
  TcpTransport,
  type TcpTransportOptions,
} from '../../../src/adapters/kafka/tcp-transport.ts';
import { systemClock } from '../../../src/adapters/node/system-clock.ts';
import { systemTimer } from '../../../src/adapters/node/system-timer.ts';
import { finalizedFeatures } from '../../../src/domain/feature/features.ts';
import type { Logger } from '../../../src/ports/logger.ts';

export interface LoggedLine {
  readonly level: string;
  readonly message: string;
  readonly fields: object;
}

export function recordingLogger(lines: LoggedLine[] = []): Logger {
  const log = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, fields });
  const logger: Logger = {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: () => logger,
  };
  return logger;
}

export interface Listener {
  readonly transport: TcpTransport;
  readonly port: number;
  readonly log: LoggedLine[];
}

export async function startListener(
  handlers: readonly RequestHandler[],
  options: Partial<Pick<TcpTransportOptions, 'limits' | 'readMode' | 'budget' | 'throttle'>> = {},
): Promise<Listener> {
  const log: LoggedLine[] = [];
  const transport = new TcpTransport({
    host: '127.0.0.1',
    port: 0,
    registry: plaintextRegistry(handlers, () => ({
      epoch: 1n,
      features: finalizedFeatures(new Map()),
    })),
    clock: systemClock,
    timer: systemTimer,
    logger: recordingLogger(log),
    ...options,
  });
  const { port } = await transport.listen();
  return { transport, port, log };
}

/** A client that deals in frames, with time limits, so that a broken server fails a test instead of hanging it. */
export class RawClient {
  readonly socket: Socket;
  closed = false;
  #received: Buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  static open(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawClient(socket)));
    });
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next answer's header and body, or undefined when the server hung up. */
  async receive(withinMs = 5_000): Promise<Buffer | undefined> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      if (this.#received.length >= 4) {
        const end = 4 + this.#received.readInt32BE(0);
        if (this.#received.length >= end) {
          const frame = this.#received.subarray(4, end);
          this.#received = this.#received.subarray(end);
          return frame;
        }
      }
      if (this.closed) return undefined;
      if (Date.now() > deadline) throw new Error('no answer in time');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(deadline - Date.now(), 1));
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async hungUp(withinMs = 5_000): Promise<boolean> {
    const answer = await this.receive(withinMs);
    if (answer !== undefined) throw new Error(`answered: ${answer.toString('hex')}`);
    return true;
  }

  close(): void {
    this.socket.destroy();
  }
}

export function frame(body: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

export function until(condition: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (condition()) resolve();
      else if (Date.now() > deadline) reject(new Error('condition not met in time'));
      else setTimeout(look, 5);
    };
    look();
  });
}
