import type {
  ScramAlterationResult,
  ScramAlterations,
} from '../domain/scram-credential/alter-scram-credentials.ts';
import type { DescribedScramUser } from '../domain/scram-credential/describe-scram-credentials.ts';

export type {
  ScramAlterationResult,
  ScramAlterations,
} from '../domain/scram-credential/alter-scram-credentials.ts';
export type { DescribedScramUser } from '../domain/scram-credential/describe-scram-credentials.ts';

/** Tells and changes by what users of SCRAM are known (inbound, KIP-554). Secrets go in and never come out. */
export interface ScramCredentialAdmin {
  /** Of these users, each once with its own error; null and an empty list ask for all. */
  describe(users: readonly string[] | null): readonly DescribedScramUser[];
  /** A result for each user. Resolves once the changes survive power loss and hold. */
  alter(alterations: ScramAlterations): Promise<readonly ScramAlterationResult[]>;
}
