import { KafkaError } from '../kafka-error.ts';
import { type ScramCredentials, scramCredentialKey } from './scram-credential.ts';
import { SCRAM_MECHANISMS, type ScramMechanism } from './scram-mechanism.ts';

export interface ScramCredentialInfo {
  readonly mechanism: ScramMechanism;
  readonly iterations: number;
}

/** A user's credentials without what is secret of them. */
export interface DescribedScramUser {
  readonly user: string;
  readonly credentials: readonly ScramCredentialInfo[];
  /** RESOURCE_NOT_FOUND for a user without credentials, DUPLICATE_RESOURCE for one that was asked for twice. */
  readonly error?: KafkaError;
}

/** Of these users in their order, each once; null and an empty list ask for all (Kafka's ScramImage). */
export function describeScramCredentials(
  all: ScramCredentials,
  users: readonly string[] | null,
): readonly DescribedScramUser[] {
  if (users === null || users.length === 0) return everyUser(all);
  const times = new Map<string, number>();
  for (const user of users) times.set(user, (times.get(user) ?? 0) + 1);
  return Array.from(times, ([user, count]) =>
    count === 1
      ? describedUser(all, user)
      : refused(
          user,
          'DUPLICATE_RESOURCE',
          `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`,
        ),
  );
}

function everyUser(all: ScramCredentials): DescribedScramUser[] {
  const users = new Set(Array.from(all.values(), ({ user }) => user));
  return Array.from(users, (user) => describedUser(all, user));
}

function describedUser(all: ScramCredentials, user: string): DescribedScramUser {
  const credentials = SCRAM_MECHANISMS.flatMap((mechanism) => {
    const credential = all.get(scramCredentialKey(user, mechanism));
    return credential === undefined ? [] : [{ mechanism, iterations: credential.iterations }];
  });
  if (credentials.length > 0) return { user, credentials };
  return refused(
    user,
    'RESOURCE_NOT_FOUND',
    `Attempt to describe a user credential that does not exist: ${user}`,
  );
}

function refused(
  user: string,
  errorName: 'RESOURCE_NOT_FOUND' | 'DUPLICATE_RESOURCE',
  message: string,
): DescribedScramUser {
  return { user, credentials: [], error: new KafkaError(errorName, message) };
}
