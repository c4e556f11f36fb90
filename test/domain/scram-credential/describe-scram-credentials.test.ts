import { describe, expect, it } from 'vitest';
import { describeScramCredentials } from '../../../src/domain/scram-credential/describe-scram-credentials.ts';
import {
  type ScramCredential,
  scramCredentialKey,
} from '../../../src/domain/scram-credential/scram-credential.ts';
import type { ScramMechanism } from '../../../src/domain/scram-credential/scram-mechanism.ts';

const credential = (
  user: string,
  mechanism: ScramMechanism,
  iterations: number,
): ScramCredential => ({
  ...{ user, mechanism, iterations, salt: new Uint8Array() },
  ...{ storedKey: new Uint8Array(), serverKey: new Uint8Array() },
});
const ALL = new Map(
  [
    credential('a', 'SCRAM-SHA-512', 8192),
    credential('b', 'SCRAM-SHA-256', 5000),
    credential('a', 'SCRAM-SHA-256', 4096),
  ].map((each) => [scramCredentialKey(each.user, each.mechanism), each]),
);
const A = {
  user: 'a',
  credentials: [
    { mechanism: 'SCRAM-SHA-256', iterations: 4096 },
    { mechanism: 'SCRAM-SHA-512', iterations: 8192 },
  ],
};
const B = { user: 'b', credentials: [{ mechanism: 'SCRAM-SHA-256', iterations: 5000 }] };

describe('SCRAM credentials', () => {
  it('are told of all users, without what is secret', () => {
    expect(describeScramCredentials(ALL, null)).toEqual([A, B]);
    expect(describeScramCredentials(ALL, [])).toEqual([A, B]);
    expect(describeScramCredentials(new Map(), null)).toEqual([]);
  });

  it('are told of some users, each with its own error', () => {
    const told = describeScramCredentials(ALL, ['b', 'c', 'a', 'c', 'SCRAM-SHA-256 a', '']);
    expect(told.map(({ user, error }) => [user, error?.errorName])).toEqual([
      ['b', undefined],
      ['c', 'DUPLICATE_RESOURCE'],
      ['a', undefined],
      ['SCRAM-SHA-256 a', 'RESOURCE_NOT_FOUND'],
      ['', 'RESOURCE_NOT_FOUND'],
    ]);
    expect(told[0]).toEqual(B);
    expect(told[2]).toEqual(A);
    expect(told[1]?.credentials).toEqual([]);
  });
});
