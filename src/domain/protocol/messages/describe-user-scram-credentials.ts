// DescribeUserScramCredentials, key 50, version 0, flexible since 0.
import { api, array, int8, int16, int32, string } from '../schema.ts';

export const DescribeUserScramCredentialsApi = api({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: {
    users: array({
      name: string,
    }).orNull(),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull(),
    results: array({
      user: string,
      errorCode: int16,
      errorMessage: string.orNull(),
      credentialInfos: array({
        mechanism: int8,
        iterations: int32,
      }),
    }),
  },
});
