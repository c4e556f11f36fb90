import { describe, expect, it } from 'vitest';
import {
  planScramAlterations,
  type ScramDeletion,
  type ScramUpsertion,
} from '../../../src/domain/scram-credential/alter-scram-credentials.ts';
import {
  type ScramCredentials,
  scramCredentialKey,
} from '../../../src/domain/scram-credential/scram-credential.ts';
import type { ScramKeys } from '../../../src/domain/scram-credential/scram-keys.ts';
import {
  SCRAM_CHANGES_PER_REQUEST_MAX,
  SCRAM_CREDENTIALS_MAX,
} from '../../../src/domain/scram-credential/scram-limits.ts';

const KEYS: ScramKeys = { storedKey: new Uint8Array([1]), serverKey: new Uint8Array([2]) };
const SHA_256 = 'SCRAM-SHA-256';
const SHA_512 = 'SCRAM-SHA-512';
const NONE: ScramCredentials = new Map();

const upsertion = (user: string, more: Partial<ScramUpsertion> = {}): ScramUpsertion => ({
  ...{ user, mechanism: SHA_256, iterations: 4096 },
  ...{ salt: new Uint8Array(24), saltedPassword: new Uint8Array(32) },
  ...more,
});
const known = (...users: string[]): ScramCredentials =>
  new Map(
    users.map((user) => [
      scramCredentialKey(user, SHA_256),
      { user, mechanism: SHA_256, salt: new Uint8Array(24), iterations: 4096, ...KEYS },
    ]),
  );

function plan(
  credentials: ScramCredentials,
  upsertions: readonly ScramUpsertion[],
  deletions: readonly ScramDeletion[] = [],
) {
  const asked: string[] = [];
  const { records, results } = planScramAlterations(
    credentials,
    { deletions, upsertions },
    (mechanism, { user }) => {
      asked.push(`${user} ${mechanism}`);
      return KEYS;
    },
  );
  const told = results.map(({ user, error }) => [user, error?.errorName ?? 'done', error?.message]);
  return { records, told, asked };
}

/** What is said of one user who asks for this. */
const refusal = (more: Partial<ScramUpsertion>) => {
  const { records, told, asked } = plan(NONE, [upsertion('a', more)]);
  expect(records).toEqual([]);
  expect(asked).toEqual([]);
  return told[0]?.slice(1);
};

describe('SCRAM credentials', () => {
  it('are set and deleted', () => {
    const { records, told } = plan(
      known('b'),
      [upsertion('a', { iterations: 16_384 })],
      [{ user: 'b', mechanism: SHA_256 }],
    );
    expect(told).toEqual([
      ['b', 'done', undefined],
      ['a', 'done', undefined],
    ]);
    expect(records).toEqual([
      { kind: 'removeScramCredential', user: 'b', mechanism: SHA_256 },
      {
        kind: 'scramCredential',
        credential: {
          ...{ user: 'a', mechanism: SHA_256, iterations: 16_384, salt: new Uint8Array(24) },
          ...KEYS,
        },
      },
    ]);
  });

  it("keep no view on a request's bytes", () => {
    const salt = new Uint8Array(24);
    const { records } = plan(NONE, [upsertion('a', { salt })]);
    salt.fill(9);
    expect(records).toMatchObject([{ credential: { salt: new Uint8Array(24) } }]);
  });

  it('have a name, a mechanism and as many iterations as Kafka takes', () => {
    const unacceptable = 'UNACCEPTABLE_CREDENTIAL';
    expect(refusal({ iterations: 4095 })).toEqual([unacceptable, 'Too few iterations']);
    expect(refusal({ iterations: 16_385 })).toEqual([unacceptable, 'Too many iterations']);
    expect(refusal({ mechanism: undefined, iterations: 1 })).toEqual([
      'UNSUPPORTED_SASL_MECHANISM',
      'Unknown SCRAM mechanism',
    ]);
    expect(refusal({ user: '', mechanism: undefined })).toEqual([
      unacceptable,
      'Username must not be empty',
    ]);
  });

  it('are of a bounded size', () => {
    for (const [more, text] of [
      [{ user: 'a'.repeat(1025) }, 'Username is longer than 1024 characters'],
      [{ salt: new Uint8Array(257) }, 'Salt is longer than 256 bytes'],
      [{ saltedPassword: new Uint8Array() }, 'Salted password must not be empty'],
      [{ saltedPassword: new Uint8Array(1025) }, 'Salted password is longer than 1024 bytes'],
    ] as const) {
      expect(refusal(more)).toEqual(['UNACCEPTABLE_CREDENTIAL', text]);
    }
  });

  it('change once for each user in a request', () => {
    const twice = 'A user credential cannot be altered twice in the same request';
    const duplicate = [['a', 'DUPLICATE_RESOURCE', twice]];
    const other = upsertion('a', { mechanism: SHA_512 });
    expect(plan(NONE, [upsertion('a'), other])).toMatchObject({ records: [], told: duplicate });
    const three = [upsertion('a'), upsertion('a'), upsertion('a')];
    expect(plan(NONE, three)).toMatchObject({ records: [], told: duplicate });
    const deletion = { user: 'a', mechanism: SHA_256 } as const;
    expect(plan(known('a'), [other], [deletion])).toMatchObject({ records: [], told: duplicate });
    expect(plan(known('a'), [], [deletion, deletion])).toMatchObject({ told: duplicate });
    // What was refused before stays refused for that.
    const bad = upsertion('a', { iterations: 1 });
    expect(plan(NONE, [bad, upsertion('a'), upsertion('b')]).told).toEqual([
      ['a', 'UNACCEPTABLE_CREDENTIAL', 'Too few iterations'],
      ['b', 'done', undefined],
    ]);
  });

  it('are deleted only where they are', () => {
    const missing = 'Attempt to delete a user credential that does not exist';
    expect(plan(known('a'), [], [{ user: 'a', mechanism: SHA_512 }]).told).toEqual([
      ['a', 'RESOURCE_NOT_FOUND', missing],
    ]);
    expect(plan(known('a'), [], [{ user: 'a', mechanism: undefined }]).told).toEqual([
      ['a', 'UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism'],
    ]);
  });

  it('are so many and no more', () => {
    const last = String(SCRAM_CREDENTIALS_MAX - 1);
    const full = known(...Array.from({ length: SCRAM_CREDENTIALS_MAX - 1 }, (_, n) => String(n)));
    const { told } = plan(full, [upsertion(last), upsertion('one more'), upsertion('0')]);
    expect(told.map(([, outcome]) => outcome)).toEqual(['done', 'POLICY_VIOLATION', 'done']);
  });

  it('are changed by requests of a bounded length', () => {
    const many = Array.from({ length: SCRAM_CHANGES_PER_REQUEST_MAX }, (_, n) => upsertion(`${n}`));
    expect(plan(NONE, many).records).toHaveLength(SCRAM_CHANGES_PER_REQUEST_MAX);
    const { records, told, asked } = plan(NONE, [...many, upsertion('0')]);
    expect({ records, asked }).toEqual({ records: [], asked: [] });
    expect(told).toHaveLength(SCRAM_CHANGES_PER_REQUEST_MAX);
    expect(new Set(told.map(([, outcome]) => outcome))).toEqual(new Set(['POLICY_VIOLATION']));
  });
});
