/** A way in for clients: accepts connections and answers their requests. */
export interface Transport {
  /** Starts accepting; afterwards `address` is known. Rejects when the address is taken or not ours. */
  listen(): Promise<TransportAddress>;
  /** Where it listens, with the port the system gave for port 0; undefined before `listen` and after `close`. */
  readonly address: TransportAddress | undefined;
  readonly connectionCount: number;
  /** Stops accepting, lets requests in flight finish within a bound, then closes every connection. */
  close(): Promise<void>;
}

export interface TransportAddress {
  readonly host: string;
  readonly port: number;
}
