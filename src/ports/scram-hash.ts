export type { ScramHash } from '../domain/scram-credential/scram-hash.ts';
