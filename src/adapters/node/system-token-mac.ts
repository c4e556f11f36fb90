import { createHmac } from 'node:crypto';
import type { TokenMac } from '../../ports/token-mac.ts';

export const systemTokenMac: TokenMac = {
  hmacSha512: (key, text) => createHmac('sha512', key).update(text, 'utf8').digest(),
};
