import { PostgresError } from './postgres-error.ts';

const DECODER = new TextDecoder('utf-8', { fatal: true });

/** Reads the fields of a message; everything that does not fit is the sender's error. */
export class MessageBytes {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  char(): string {
    return String.fromCharCode(this.#bytes[this.#take(1)] as number);
  }

  string(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw malformed('a text has no end');
    const text = decoded(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** As many values as an int16 tells; each takes a byte at least, or two where they are int16s. */
  list<T>(read: () => T): T[] {
    const count = this.int16();
    if (count < 0 || count > this.#bytes.length - this.#at) throw malformed('a wrong count');
    return Array.from({ length: count }, read);
  }

  end(): void {
    if (!this.isAtEnd) throw malformed('more bytes than the message has fields');
  }

  #take(length: number): number {
    const at = this.#at;
    if (length < 0 || at + length > this.#bytes.length) throw malformed('a field is cut off');
    this.#at = at + length;
    return at;
  }
}

export function decoded(bytes: Uint8Array): string {
  try {
    return DECODER.decode(bytes);
  } catch {
    throw new PostgresError('22021', 'a text is not UTF-8');
  }
}

export function malformed(why: string): PostgresError {
  return new PostgresError('08P01', `malformed message: ${why}`, { fatal: true });
}
