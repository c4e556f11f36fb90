import { requestHeaderVersion } from '../../domain/protocol/header.ts';
import type { ApiDefinition } from '../../domain/protocol/schema.ts';
import { ProtocolError } from '../../domain/wire/protocol-error.ts';
import { decodeUtf8 } from '../../domain/wire/utf8.ts';
import { WireReader } from '../../domain/wire/wire-reader.ts';
import type { Chunk } from './chunk-pool.ts';

/** api key, version, correlation id: the part of a request header that never changed. */
const FIXED_HEADER_BYTES = 8;
const CLIENT_ID_BYTES_CACHED_MAX = 256;

export interface FixedHeader {
  apiKey: number;
  apiVersion: number;
  correlationId: number;
}

export function readFixedHeader(chunk: Chunk, start: number, end: number, into: FixedHeader): void {
  if (end - start < FIXED_HEADER_BYTES) {
    throw new ProtocolError(`a frame of ${end - start} bytes holds no request header`);
  }
  into.apiKey = chunk.view.getInt16(start);
  into.apiVersion = chunk.view.getInt16(start + 2);
  into.correlationId = chunk.view.getInt32(start + 4);
}

/**
 * Reads a header's client id and tags. A connection sends the same client id with every request, so its bytes are
 * compared with the last ones before a string is made of them.
 */
export class ClientIdReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #clientId = '';

  /** The reader, placed at the body; `clientId` afterwards holds the id. */
  read(api: ApiDefinition, version: number, chunk: Chunk, start: number, end: number): WireReader {
    const reader = new WireReader(chunk.bytes, start + FIXED_HEADER_BYTES, end, chunk.view);
    this.clientId = this.#readClientId(reader);
    // Header v2 is flexible, though its client id kept the int16 length (KIP-482).
    if (requestHeaderVersion(api, version) >= 2) reader.skipTags();
    return reader;
  }

  clientId: string | null = null;

  #readClientId(reader: WireReader): string | null {
    const length = reader.readInt16();
    if (length < 0) return null;
    const bytes = reader.readBytes(length);
    if (!sameBytes(bytes, this.#bytes)) {
      this.#clientId = decodeUtf8(bytes, 0, length);
      if (length <= CLIENT_ID_BYTES_CACHED_MAX) this.#bytes = bytes.slice();
      else this.#bytes = new Uint8Array(0);
    }
    return this.#clientId;
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
