import { codec } from '../../src/domain/protocol/compile.ts';
import {
  RequestHeader,
  ResponseHeader,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../../src/domain/protocol/header.ts';
import { ALL_APIS } from '../../src/domain/protocol/messages/index.ts';
import { WireReader } from '../../src/domain/wire/wire-reader.ts';
import { WireWriter } from '../../src/domain/wire/wire-writer.ts';
import { frame, RawClient } from '../adapters/kafka/listener-fixture.ts';

const PATIENCE_MS = 5_000;

/** Connections of a scenario to whichever broker listens at a port, by the client's name. */
export class Peer {
  readonly #port: number;
  readonly #clients = new Map<string, RawClient>();
  #correlationId = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** The decoded answer, undefined when the broker hung up, or 'no answer'. */
  async ask(name: string, version: number, request: object, clientId: string): Promise<unknown> {
    const api = ALL_APIS.find((one) => one.name === name);
    if (api === undefined) throw new Error(`no API ${name}`);
    const correlationId = await this.send(name, version, request, clientId);
    const client = this.#clients.get(clientId);
    // A few errors within Kafka leave a request without an answer.
    const bytes = await client?.receive(PATIENCE_MS).catch(() => 'no answer' as const);
    if (bytes === undefined || bytes === 'no answer') {
      client?.close();
      this.#clients.delete(clientId);
      return bytes;
    }
    const reader = new WireReader(bytes);
    const header = codec(ResponseHeader, responseHeaderVersion(api, version)).decode(reader);
    if (header.correlationId !== correlationId) throw new Error('the answer of another request');
    return codec(api.response, version).decode(reader);
  }

  async send(name: string, version: number, request: object, clientId: string): Promise<number> {
    const api = ALL_APIS.find((one) => one.name === name);
    if (api === undefined) throw new Error(`no API ${name}`);
    const client = this.#clients.get(clientId) ?? (await RawClient.open(this.#port));
    this.#clients.set(clientId, client);
    this.#correlationId += 1;
    const writer = new WireWriter(256);
    codec(RequestHeader, requestHeaderVersion(api, version)).encode(writer, {
      requestApiKey: api.key,
      requestApiVersion: version,
      correlationId: this.#correlationId,
      clientId,
    });
    codec(api.request, version).encode(writer, request as never);
    client.send(frame(writer.toUint8Array()));
    return this.#correlationId;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }
}
