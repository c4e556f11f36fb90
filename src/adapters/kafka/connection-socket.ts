/** The byte stream under a connection, so that framing and ordering do not depend on how it is read. */
export interface ConnectionSocket {
  readonly remoteAddress: string;
  /** Bytes written and not yet taken by the kernel. */
  readonly backlogBytes: number;
  /** Sends the pieces in one go; `done` runs once the kernel has them or the stream died. */
  write(pieces: readonly Uint8Array[], done: (() => void) | undefined): void;
  resume(): void;
  /** Asks `buffer` again before the next read. */
  refreshBuffer(): void;
  /** Closes after everything written was sent. */
  end(): void;
  /** Closes now. */
  destroy(): void;
}

/** What a socket tells its connection. */
export interface SocketEvents {
  /** Memory for the next read; asked again after every read. */
  buffer(): Uint8Array;
  /** `count` bytes are in the last buffer. False stops reading until `resume`. */
  read(count: number): boolean;
  /** The client sends nothing more. */
  ended(): void;
  /** The backlog is empty again. */
  drained(): void;
  closed(): void;
}
