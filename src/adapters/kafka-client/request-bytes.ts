import { codec } from '../../domain/protocol/compile.ts';
import {
  RequestHeader,
  ResponseHeader,
  requestHeaderVersion,
  responseHeaderVersion,
} from '../../domain/protocol/header.ts';
import type { ApiDefinition, RequestInput, ResponseOf } from '../../domain/protocol/schema.ts';
import { WireReader } from '../../domain/wire/wire-reader.ts';
import { WireWriter } from '../../domain/wire/wire-writer.ts';

export interface RequestFields {
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string;
}

/** A whole request in pieces, its length first; record batches in it are not copied. */
export function encodeRequest<Api extends ApiDefinition>(
  api: Api,
  { version, correlationId, clientId }: RequestFields,
  request: RequestInput<Api>,
): readonly Uint8Array[] {
  const writer = new WireWriter();
  codec(RequestHeader, requestHeaderVersion(api, version)).encode(writer, {
    requestApiKey: api.key,
    requestApiVersion: version,
    correlationId,
    clientId,
  });
  codec(api.request, version).encode(writer, request as never);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setInt32(0, writer.length);
  return [length, ...writer.finish()];
}

/** Every answer begins with its correlation id, whatever the header's version. */
export function correlationIdOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getInt32(0);
}

export function decodeResponse<Api extends ApiDefinition>(
  api: Api,
  version: number,
  frame: Uint8Array,
): ResponseOf<Api> {
  const reader = new WireReader(frame);
  codec(ResponseHeader, responseHeaderVersion(api, version)).decode(reader);
  return codec(api.response, version).decode(reader) as ResponseOf<Api>;
}
