import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { FrameAssembler } from '../../../src/adapters/kafka-client/frame-assembler.ts';
import { codec } from '../../../src/domain/protocol/compile.ts';
import {
  RequestHeader,
  ResponseHeader,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../../../src/domain/protocol/header.ts';
import { ApiVersionsApi } from '../../../src/domain/protocol/messages/api-versions.ts';
import type {
  ApiDefinition,
  RequestOf,
  ResponseInput,
} from '../../../src/domain/protocol/schema.ts';
import { WireReader } from '../../../src/domain/wire/wire-reader.ts';
import { WireWriter } from '../../../src/domain/wire/wire-writer.ts';

export interface Asked {
  readonly key: number;
  readonly version: number;
  readonly correlationId: number;
  readonly socket: Socket;
  /** The request's header and body. */
  readonly frame: Uint8Array;
}

type Answer = (asked: Asked) => void;

/** A server that deals in frames and answers as a test wants it to. */
export class FakeBroker {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answer: Answer) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      const frames = new FrameAssembler(1_000_000, (frame) => {
        const header = codec(RequestHeader, 1).decode(new WireReader(frame));
        const asked = {
          key: header.requestApiKey,
          version: header.requestApiVersion,
          correlationId: header.correlationId,
          socket,
          frame,
        };
        this.asked.push(asked);
        answer(asked);
      });
      socket.on('data', (chunk: Uint8Array) => frames.push(chunk));
    });
  }

  static async start(answer: Answer): Promise<FakeBroker> {
    const broker = new FakeBroker(answer);
    await new Promise<void>((resolve) => broker.#server.listen(0, '127.0.0.1', resolve));
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

/** Reads the body of what was asked. */
export function requestOf<Api extends ApiDefinition>(api: Api, asked: Asked): RequestOf<Api> {
  const reader = new WireReader(asked.frame);
  codec(RequestHeader, requestHeaderVersion(api, asked.version)).decode(reader);
  return codec(api.request, asked.version).decode(reader) as RequestOf<Api>;
}

export function answerWith<Api extends ApiDefinition>(
  api: Api,
  { version, correlationId, socket }: Asked,
  response: ResponseInput<Api>,
): void {
  const writer = new WireWriter();
  codec(ResponseHeader, responseHeaderVersion(api, version)).encode(writer, { correlationId });
  codec(api.response, version).encode(writer, response as never);
  const body = writer.toUint8Array();
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  socket.write(Buffer.concat([length, body]));
}

/** Answers ApiVersions with these APIs, and everything else as given. */
export function offering(
  apis: readonly (readonly [key: number, min: number, max: number])[],
  answer: Answer,
): Answer {
  return (asked) => {
    if (asked.key !== ApiVersionsApi.key) {
      answer(asked);
      return;
    }
    const apiKeys = apis.map(([apiKey, minVersion, maxVersion]) => ({
      apiKey,
      minVersion,
      maxVersion,
    }));
    answerWith(ApiVersionsApi, asked, { errorCode: 0, apiKeys });
  };
}
