import { KafkaError } from '../kafka-error.ts';
import type { MetadataRecord } from '../topic/metadata-record.ts';
import {
  type ScramCredential,
  type ScramCredentials,
  scramCredentialKey,
} from './scram-credential.ts';
import type { ScramKeys } from './scram-keys.ts';
import {
  checkScramPassword,
  SCRAM_CHANGES_PER_REQUEST_MAX,
  SCRAM_CREDENTIALS_MAX,
  type ScramPassword,
} from './scram-limits.ts';
import type { ScramMechanism } from './scram-mechanism.ts';

export interface ScramDeletion {
  readonly user: string;
  /** Undefined: the client asked for one that is unknown. */
  readonly mechanism: ScramMechanism | undefined;
}

export interface ScramUpsertion extends ScramDeletion, ScramPassword {}

export interface ScramAlterations {
  readonly deletions: readonly ScramDeletion[];
  readonly upsertions: readonly ScramUpsertion[];
}

export interface ScramAlterationResult {
  readonly user: string;
  readonly error?: KafkaError;
}

export interface ScramAlterationPlan {
  readonly records: readonly MetadataRecord[];
  /** One for each user, in the order they were first named. */
  readonly results: readonly ScramAlterationResult[];
}

type Change = MetadataRecord | KafkaError;

/**
 * Each user changes once or not at all (Kafka's ScramControlManager): one that comes again is refused, also for another
 * mechanism, unless it was refused already. `keysOf` is asked only about what is acceptable.
 */
export function planScramAlterations(
  credentials: ScramCredentials,
  { deletions, upsertions }: ScramAlterations,
  keysOf: (mechanism: ScramMechanism, upsertion: ScramUpsertion) => ScramKeys,
): ScramAlterationPlan {
  if (deletions.length + upsertions.length > SCRAM_CHANGES_PER_REQUEST_MAX) {
    return refusedAll([...deletions, ...upsertions]);
  }
  const changes = new Map<string, Change>();
  let added = 0;
  const decide = <Wanted extends ScramDeletion>(
    wanted: Wanted,
    recordOf: (wanted: Wanted, mechanism: ScramMechanism) => MetadataRecord,
  ) => {
    const { user } = wanted;
    const known = changes.get(user);
    if (known === undefined) changes.set(user, change(wanted, recordOf));
    else if (!(known instanceof KafkaError)) changes.set(user, alteredTwice());
  };
  for (const deletion of deletions) {
    decide(deletion, ({ user }, mechanism) => deletionRecord(credentials, user, mechanism));
  }
  for (const upsertion of upsertions) {
    decide(upsertion, (wanted, mechanism) => {
      const { user, iterations } = wanted;
      checkScramPassword(wanted);
      if (!credentials.has(scramCredentialKey(user, mechanism))) {
        checkRoom(credentials.size + added);
        added += 1;
      }
      // The request's bytes are a view on what the socket read.
      const salt = wanted.salt.slice();
      const credential: ScramCredential = {
        ...{ user, mechanism, salt, iterations },
        ...keysOf(mechanism, wanted),
      };
      return { kind: 'scramCredential', credential };
    });
  }
  return planOf(changes);
}

function change<Wanted extends ScramDeletion>(
  wanted: Wanted,
  recordOf: (wanted: Wanted, mechanism: ScramMechanism) => MetadataRecord,
): Change {
  const { user, mechanism } = wanted;
  if (user === '') return new KafkaError('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty');
  if (mechanism === undefined) {
    return new KafkaError('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism');
  }
  try {
    return recordOf(wanted, mechanism);
  } catch (error) {
    return KafkaError.from(error);
  }
}

function deletionRecord(
  credentials: ScramCredentials,
  user: string,
  mechanism: ScramMechanism,
): MetadataRecord {
  if (credentials.has(scramCredentialKey(user, mechanism))) {
    return { kind: 'removeScramCredential', user, mechanism };
  }
  throw new KafkaError(
    'RESOURCE_NOT_FOUND',
    'Attempt to delete a user credential that does not exist',
  );
}

function refusedAll(wanted: readonly ScramDeletion[]): ScramAlterationPlan {
  const error = new KafkaError(
    'POLICY_VIOLATION',
    `a request may alter ${SCRAM_CHANGES_PER_REQUEST_MAX} user credentials at most`,
  );
  const users = new Set(wanted.map(({ user }) => user));
  return { records: [], results: Array.from(users, (user) => ({ user, error })) };
}

function alteredTwice(): KafkaError {
  return new KafkaError(
    'DUPLICATE_RESOURCE',
    'A user credential cannot be altered twice in the same request',
  );
}

function checkRoom(count: number): void {
  if (count < SCRAM_CREDENTIALS_MAX) return;
  throw new KafkaError(
    'POLICY_VIOLATION',
    `there are ${count} SCRAM credentials, and there can be no more; delete those of no use`,
  );
}

function planOf(changes: ReadonlyMap<string, Change>): ScramAlterationPlan {
  const records: MetadataRecord[] = [];
  const results: ScramAlterationResult[] = [];
  for (const [user, change] of changes) {
    if (change instanceof KafkaError) {
      results.push({ user, error: change });
      continue;
    }
    records.push(change);
    results.push({ user });
  }
  return { records, results };
}
