import { once } from 'node:events';
import type { Socket } from 'node:net';
import { BackendMessages } from './backend-messages.ts';

const BUFFERED_BYTES_MAX = 32 * 1024;

/** Messages to a client: small ones go together, and no more are made than it reads. */
export class Outbox extends BackendMessages {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  /** Sends what was written. Resolves when the client has room for more, or has left. */
  async flush(): Promise<void> {
    if (this.length > 0) await this.#send(this.take());
  }

  /** Sends bytes of whole messages after what was written. */
  async sendBytes(bytes: Uint8Array): Promise<void> {
    await this.flush();
    await this.#send(bytes);
  }

  /** As `flush`, once there is enough of it to be worth it. */
  async flushWhenFull(): Promise<void> {
    if (this.length > BUFFERED_BYTES_MAX) await this.flush();
  }

  async #send(bytes: Uint8Array): Promise<void> {
    if (this.#socket.destroyed || this.#socket.write(bytes)) return;
    const left = new AbortController();
    const { signal } = left;
    const roomOrEnd = [
      once(this.#socket, 'drain', { signal }),
      once(this.#socket, 'close', { signal }),
    ];
    try {
      await Promise.race(roomOrEnd);
    } catch {
      // The connection broke: its end is told by the socket, and ends what runs for it.
    } finally {
      left.abort();
    }
  }
}
