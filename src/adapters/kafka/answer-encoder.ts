import { codec } from '../../domain/protocol/compile.ts';
import { responseHeaderVersion } from '../../domain/protocol/header.ts';
import { WireWriter } from '../../domain/wire/wire-writer.ts';
import type { Exchange } from './exchange.ts';

const LENGTH_BYTES = 4;
const WRITER_BYTES = 16 * 1024;

/** Frames answers: length, header, body. One per listener; encoding is synchronous, so connections share it. */
export class AnswerEncoder {
  #writer = new WireWriter(WRITER_BYTES);

  /** Appends the exchange's answer to `pieces` and gives its size. Large record batches are pieces of their own. */
  encode(exchange: Exchange, pieces: Uint8Array[]): number {
    const { api } = exchange.handler;
    const writer = this.#writer;
    try {
      writer.writeInt32(0);
      writer.writeInt32(exchange.correlationId);
      if (responseHeaderVersion(api, exchange.apiVersion) > 0) writer.writeUnsignedVarint(0);
      codec(api.response, exchange.apiVersion).encode(writer, exchange.answer as never);
    } catch (error) {
      // A half-written answer must not precede the next connection's.
      this.#writer = new WireWriter(WRITER_BYTES);
      throw error;
    }
    const bytes = writer.length;
    const written = writer.finish();
    putInt32(written[0]!, bytes - LENGTH_BYTES);
    for (const piece of written) pieces.push(piece);
    return bytes;
  }
}

function putInt32(bytes: Uint8Array, value: number): void {
  bytes[0] = value >>> 24;
  bytes[1] = value >>> 16;
  bytes[2] = value >>> 8;
  bytes[3] = value;
}
