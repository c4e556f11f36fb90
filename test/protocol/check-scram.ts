import { createHash, createHmac } from 'node:crypto';
import { systemScramHash } from '../../src/adapters/node/system-scram-hash.ts';
import { scramKeys } from '../../src/domain/scram-credential/scram-keys.ts';
import type { ScramMechanism } from '../../src/domain/scram-credential/scram-mechanism.ts';
import { assertEqual, type Vector, type VectorChecker } from './vector-checker.ts';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** The keys Kafka derives of a salted password, and that they prove both sides of the exchange it recorded. */
function checkExchange(vector: Vector): void {
  const mechanism = vector.mechanism as ScramMechanism;
  const saltedPassword = new Uint8Array(Buffer.from(vector.saltedPassword, 'base64'));
  const { storedKey, serverKey } = scramKeys(mechanism, saltedPassword, systemScramHash);
  assertEqual(base64(storedKey), vector.storedKey, 'stored key');
  assertEqual(base64(serverKey), vector.serverKey, 'server key');

  const algorithm = mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512';
  const sign = (key: Uint8Array) =>
    createHmac(algorithm, key).update(vector.authMessage, 'utf8').digest();
  assertEqual(`v=${base64(sign(serverKey))}`, vector.serverFinal, 'server signature');
  const proof = Buffer.from(/,p=(.*)$/.exec(vector.clientFinal)?.[1] ?? '', 'base64');
  const signature = sign(storedKey);
  const clientKey = proof.map((byte, at) => byte ^ signature[at]!);
  const proven = createHash(algorithm).update(clientKey).digest();
  assertEqual(base64(proven), base64(storedKey), 'what the client proves');
}

export const checkers: readonly VectorChecker[] = [
  {
    form: 'SCRAM exchanges',
    recognises: ({ type, mechanism }) =>
      type === 'exchange' && String(mechanism).startsWith('SCRAM-'),
    check: checkExchange,
  },
];
