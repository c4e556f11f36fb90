// The headers in front of every request and response.
import { int16, int32, message, string } from './schema.ts';

export const RequestHeader = message({
  name: 'RequestHeader',
  versions: [1, 2],
  flexibleSince: 2,
  fields: {
    requestApiKey: int16,
    requestApiVersion: int16,
    correlationId: int32,
    clientId: string.orNull().inflexible(),
  },
});

export const ResponseHeader = message({
  name: 'ResponseHeader',
  versions: [0, 1],
  flexibleSince: 1,
  fields: {
    correlationId: int32,
  },
});
