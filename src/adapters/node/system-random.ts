import { randomBytes, randomUUID } from 'node:crypto';
import type { Random } from '../../ports/random.ts';

export const systemRandom: Random = {
  topicId() {
    // An id with a leading '-' reads as an option on command lines; Kafka's Uuid.randomUuid skips it too.
    for (;;) {
      const id = uuidBytes().toString('base64url');
      if (!id.startsWith('-')) return id;
    }
  },
  uuid: () => randomUUID(),
};

function uuidBytes(): Buffer {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
}
