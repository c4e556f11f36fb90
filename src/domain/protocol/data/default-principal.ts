// A principal as it travels inside an Envelope request (KIP-590).
import { bool, message, string } from '../schema.ts';

export const DefaultPrincipalData = message({
  name: 'DefaultPrincipalData',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    type: string,
    name: string,
    tokenAuthenticated: bool,
  },
});
