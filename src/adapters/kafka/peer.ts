import type { ClientSoftware } from './request-handler.ts';

/** Who is on the other end; one object per connection, shared by its exchanges. */
export class Peer {
  readonly connectionId: string;
  /** As Kafka tells it of members of groups: with a slash before the address. */
  readonly clientHost: string;
  readonly clientPort: number;
  software: ClientSoftware | undefined;
  readonly listenerName: string;
  /** Nobody authenticates on a PLAINTEXT listener. */
  readonly principal: string = 'User:ANONYMOUS';
  /** As quotas name it. */
  readonly user: string = 'ANONYMOUS';
  #abort: AbortController | undefined;
  #gone = false;

  constructor(connectionId: string, clientHost: string, clientPort: number, listenerName: string) {
    this.connectionId = connectionId;
    this.clientHost = clientHost;
    this.clientPort = clientPort;
    this.listenerName = listenerName;
  }

  /** Made on demand: most requests are answered before anyone would look at it. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#gone) this.#abort.abort();
    }
    return this.#abort.signal;
  }

  gone(): void {
    this.#gone = true;
    this.#abort?.abort();
  }
}
