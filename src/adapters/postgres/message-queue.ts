import type { Socket } from 'node:net';
import type { FrontendMessage } from './frontend-messages.ts';
import { malformed } from './message-bytes.ts';
import { PostgresError } from './postgres-error.ts';

/** What may wait unread before the socket is no longer read. */
const WAITING_BYTES_MAX = 1024 * 1024;
const LENGTH_BYTES = 4;

/**
 * Messages as they come in. The first one of a connection has no type, and all are small until the client is known:
 * `messageBytesMax` is raised then.
 */
export class MessageQueue {
  messageBytesMax: number;
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #size = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, messageBytesMax: number) {
    this.#socket = socket;
    this.messageBytesMax = messageBytesMax;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#size += chunk.length;
      if (this.#size > Math.max(WAITING_BYTES_MAX, this.messageBytesMax)) socket.pause();
      this.#wake?.();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  /** The type of the next message, when it is here already. */
  get nextType(): string | undefined {
    const chunk = this.#chunks.find(({ length }) => length > 0);
    return chunk === undefined ? undefined : String.fromCharCode(chunk[0] as number);
  }

  /** The body of a message without a type; undefined when the client has left. */
  async untyped(): Promise<Uint8Array | undefined> {
    const head = await this.#take(LENGTH_BYTES);
    return head === undefined ? undefined : this.#body(head.readInt32BE(0));
  }

  /** Undefined when the client has left. */
  async next(): Promise<FrontendMessage | undefined> {
    const head = await this.#take(1 + LENGTH_BYTES);
    if (head === undefined) return undefined;
    const type = String.fromCharCode(head[0] as number);
    const body = await this.#body(head.readInt32BE(1));
    return body === undefined ? undefined : { type, body };
  }

  async #body(length: number): Promise<Uint8Array | undefined> {
    if (length < LENGTH_BYTES) throw malformed(`a length of ${length}`);
    if (length > this.messageBytesMax) {
      const most = `a message has at most ${this.messageBytesMax} bytes (postgres.message_bytes_max)`;
      throw new PostgresError('54000', most, { fatal: true });
    }
    return this.#take(length - LENGTH_BYTES);
  }

  async #take(length: number): Promise<Buffer | undefined> {
    while (this.#size < length) {
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const all =
      this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    const rest = all.subarray(length);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    if (this.#socket.isPaused() && this.#size <= WAITING_BYTES_MAX) this.#socket.resume();
    return all.subarray(0, length);
  }
}
