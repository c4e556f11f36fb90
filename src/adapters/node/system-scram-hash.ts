import { createHash, createHmac } from 'node:crypto';
import type { ScramMechanism } from '../../domain/scram-credential/scram-mechanism.ts';
import type { ScramHash } from '../../ports/scram-hash.ts';

const ALGORITHMS: Readonly<Record<ScramMechanism, string>> = {
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-512': 'sha512',
};

export const systemScramHash: ScramHash = {
  hash: (mechanism, bytes) => createHash(ALGORITHMS[mechanism]).update(bytes).digest(),
  hmac: (mechanism, key, text) =>
    createHmac(ALGORITHMS[mechanism], key).update(text, 'utf8').digest(),
};
