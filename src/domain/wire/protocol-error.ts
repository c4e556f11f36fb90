/**
 * Bytes that are not what the protocol allows, or a value that a message version cannot carry.
 * Decoding throws nothing else, so a connection may treat any other error as a defect of its own.
 */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtocolError';
  }
}
