import { addressText } from '../../domain/address-text.ts';
import type { BrokerAddress } from './broker-address.ts';

/** A broker that cannot be reached, hung up, or does not answer. */
export class ConnectionError extends Error {
  readonly address: BrokerAddress;
  /** Whether it may pass, as when a broker restarts. */
  retriable = true;

  constructor(address: BrokerAddress, reason: string, options?: ErrorOptions) {
    super(`${addressText(address)}: ${reason}`, options);
    this.name = 'ConnectionError';
    this.address = address;
  }
}

export function reasonOf(error: Error & { readonly code?: string }): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused; is a broker running there?';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'no such host';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the broker closed the connection';
    default:
      return error.message;
  }
}
