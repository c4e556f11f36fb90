import { ProtocolError } from '../../../domain/wire/protocol-error.ts';

/** The number that stands for an unknown resource type, pattern type, operation or permission. */
const UNKNOWN = 0;

/** Kafka's parser takes no request that has one, and the connection ends; numbers it does not know pass. */
export function checkAclElements(elements: readonly number[]): void {
  if (elements.includes(UNKNOWN)) {
    throw new ProtocolError('an ACL has an unknown resource, pattern, operation or permission');
  }
}
