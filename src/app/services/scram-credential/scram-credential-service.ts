import {
  planScramAlterations,
  type ScramUpsertion,
} from '../../../domain/scram-credential/alter-scram-credentials.ts';
import { describeScramCredentials } from '../../../domain/scram-credential/describe-scram-credentials.ts';
import { type ScramKeys, scramKeys } from '../../../domain/scram-credential/scram-keys.ts';
import type { Catalog } from '../../../ports/catalog.ts';
import type {
  DescribedScramUser,
  ScramAlterationResult,
  ScramAlterations,
  ScramCredentialAdmin,
} from '../../../ports/scram-credential-admin.ts';
import type { ScramHash } from '../../../ports/scram-hash.ts';
import { changeCatalog } from '../catalog/change-catalog.ts';

export interface ScramCredentialOptions {
  readonly catalog: Catalog;
  readonly hash: ScramHash;
}

/** Credentials as the catalog keeps them. What is secret of them is never logged. */
export class ScramCredentialService implements ScramCredentialAdmin {
  readonly #o: ScramCredentialOptions;

  constructor(options: ScramCredentialOptions) {
    this.#o = options;
  }

  describe(users: readonly string[] | null): readonly DescribedScramUser[] {
    return describeScramCredentials(this.#o.catalog.metadata.scramCredentials, users);
  }

  alter(alterations: ScramAlterations): Promise<readonly ScramAlterationResult[]> {
    // A plan may be made again; its keys are not.
    const derived = new Map<ScramUpsertion, ScramKeys>();
    return changeCatalog(this.#o.catalog, ({ scramCredentials }) => {
      const plan = planScramAlterations(scramCredentials, alterations, (mechanism, upsertion) => {
        let keys = derived.get(upsertion);
        if (keys === undefined) {
          keys = scramKeys(mechanism, upsertion.saltedPassword, this.#o.hash);
          derived.set(upsertion, keys);
        }
        return keys;
      });
      return { records: plan.records, result: plan.results };
    });
  }
}
