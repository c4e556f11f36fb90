import { KafkaError } from '../kafka-error.ts';

/** For both mechanisms (Kafka's ScramMechanism). */
const ITERATIONS_MIN = 4096;
/** Kafka's ScramControlManager.MAX_ITERATIONS. */
const ITERATIONS_MAX = 16_384;

/** Kafka bounds none of these; its tools make salts of some 25 bytes and salted passwords of 32 or 64. */
const USER_LENGTH_MAX = 1024;
const SALT_BYTES_MAX = 256;
const SALTED_PASSWORD_BYTES_MAX = 1024;

/** Kafka takes ten times as many. While keys are derived the broker does nothing else. */
export const SCRAM_CHANGES_PER_REQUEST_MAX = 1_000;
export const SCRAM_CREDENTIALS_MAX = 100_000;

export interface ScramPassword {
  readonly user: string;
  readonly iterations: number;
  readonly salt: Uint8Array;
  readonly saltedPassword: Uint8Array;
}

/** Throws UNACCEPTABLE_CREDENTIAL, with Kafka's texts where Kafka refuses too. */
export function checkScramPassword({
  user,
  iterations,
  salt,
  saltedPassword,
}: ScramPassword): void {
  if (iterations < ITERATIONS_MIN) refuse('Too few iterations');
  if (iterations > ITERATIONS_MAX) refuse('Too many iterations');
  if (user.length > USER_LENGTH_MAX)
    refuse(`Username is longer than ${USER_LENGTH_MAX} characters`);
  if (salt.length > SALT_BYTES_MAX) refuse(`Salt is longer than ${SALT_BYTES_MAX} bytes`);
  // HMAC takes no empty key in Java: Kafka answers UNKNOWN_SERVER_ERROR.
  if (saltedPassword.length === 0) refuse('Salted password must not be empty');
  if (saltedPassword.length > SALTED_PASSWORD_BYTES_MAX) {
    refuse(`Salted password is longer than ${SALTED_PASSWORD_BYTES_MAX} bytes`);
  }
}

function refuse(message: string): never {
  throw new KafkaError('UNACCEPTABLE_CREDENTIAL', message);
}
